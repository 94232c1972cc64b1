//! When a deferred delivery is tried again; pure.

use std::time::Duration;

/// The wait after `tries` tries, up to a fifth shorter or longer; `None` when the retries are used up.
///
/// `seed` differs from delivery to delivery and spreads them, so that a relay that was down is not asked by
/// all of them at once; the same seed gives the same wait.
pub fn next_try(retry: &[Duration], tries: u32, seed: u64) -> Option<Duration> {
    let step = usize::try_from(tries.checked_sub(1)?).ok()?;
    let wait = *retry.get(step)?;
    let share = f64::from(u32::try_from(mix(seed ^ u64::from(tries) << 48) >> 32).unwrap_or(0)) / f64::from(u32::MAX);
    Some(Duration::try_from_secs_f64(wait.as_secs_f64() * (0.8 + 0.4 * share)).unwrap_or(wait))
}

/// Spreads neighbouring seeds over all 64 bits (the finaliser of SplitMix64).
fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ seed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ seed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_follow_the_list_and_end_with_it() {
        let retry = [Duration::from_secs(60), Duration::from_secs(300)];
        assert_eq!(next_try(&retry, 0, 7), None);
        assert!(next_try(&retry, 1, 7).is_some_and(|wait| (48..=72).contains(&wait.as_secs())));
        assert!(next_try(&retry, 2, 7).is_some_and(|wait| (240..=360).contains(&wait.as_secs())));
        assert_eq!(next_try(&retry, 3, 7), None);
        assert!(next_try(&[Duration::MAX], 1, 7).is_some());
    }

    #[test]
    fn waits_are_spread_and_repeatable() {
        let retry = [Duration::from_secs(1000)];
        let waits: Vec<u64> = (0..1000).map(|seed| next_try(&retry, 1, seed).unwrap().as_secs()).collect();
        assert_eq!(waits[5], next_try(&retry, 1, 5).unwrap().as_secs());
        for tenth in 0..8u64 {
            let range = 800 + tenth * 50..850 + tenth * 50;
            assert!(waits.iter().filter(|wait| range.contains(wait)).count() > 80, "{range:?}");
        }
    }
}
