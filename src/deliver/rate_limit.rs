//! How fast mail may go: a ceiling, and what throttles leave of it; pure. Times are UTC milliseconds.

use std::time::Duration;

/// No throttle lowers a rate below this many messages a second.
const MIN_THROTTLED_RATE: f64 = 5.0;
/// After a throttle the rate doubles again each time this has passed.
const DOUBLE_AFTER_MS: f64 = 10_000.0;
/// Replies that come together are one throttle.
const SAME_THROTTLE_MS: f64 = 1_000.0;
/// So much of a rate may go at once.
const MAX_BURST_MS: f64 = 100.0;

/// Hands out places for messages, evenly (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TokenBucket {
    /// When the next place is, were there no burst.
    pub next_ms: f64,
    /// What the other side asked for.
    pub throttle: Option<Throttle>,
}

/// A rate that was lowered because the other side asked for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Messages a second, right after.
    pub rate: f64,
    /// Messages a second at which it is over.
    pub full: f64,
    /// When.
    pub lowered_ms: f64,
}

impl Throttle {
    /// When it is over, unless it is lowered again.
    pub fn ends_ms(&self) -> f64 {
        self.lowered_ms + DOUBLE_AFTER_MS * (self.full / self.rate).log2().ceil().clamp(0.0, 60.0)
    }

    /// Messages a second by now; `None` when it is over, or the clock was set back to before it.
    pub fn rate(&self, now_ms: f64) -> Option<f64> {
        if now_ms < self.lowered_ms - SAME_THROTTLE_MS {
            return None;
        }
        let doublings = ((now_ms - self.lowered_ms) / DOUBLE_AFTER_MS).floor().clamp(0.0, 60.0);
        let rate = self.rate * doublings.exp2();
        (rate < self.full).then_some(rate)
    }
}

impl TokenBucket {
    /// Takes up to `wanted` places and says how many it got; `ceiling` is in messages a second.
    pub fn take(&mut self, wanted: usize, ceiling: Option<f64>, now_ms: f64) -> usize {
        let Some(gap) = self.interval_ms(ceiling, now_ms) else { return wanted };
        let mut got = 0;
        while got < wanted && self.ready(gap, now_ms) <= now_ms {
            self.next_ms = self.next_ms.max(now_ms) + gap;
            got += 1;
        }
        got
    }

    /// How long until there is a place.
    pub fn wait(&self, ceiling: Option<f64>, now_ms: f64) -> Duration {
        let wait = self.interval_ms(ceiling, now_ms).map_or(0.0, |gap| self.ready(gap, now_ms) - now_ms);
        Duration::try_from_secs_f64(wait.max(0.0) / 1_000.0).unwrap_or_default()
    }

    /// The time from one place to the next, in milliseconds; `None` where nothing limits.
    pub fn interval_ms(&self, ceiling: Option<f64>, now_ms: f64) -> Option<f64> {
        let throttled = self.throttle.and_then(|throttle| throttle.rate(now_ms));
        let rate = ceiling.into_iter().chain(throttled).filter(|rate| *rate > 0.0).reduce(f64::min)?;
        Some(1_000.0 / rate)
    }

    /// Halves the rate because the other side asks for it, which by now was `seen` messages a second.
    pub fn slow_down(&mut self, seen: f64, now_ms: f64) {
        let before = self.throttle.filter(|throttle| throttle.rate(now_ms).is_some());
        if before.is_some_and(|throttle| (now_ms - throttle.lowered_ms).abs() < SAME_THROTTLE_MS) {
            return;
        }
        let current = before.and_then(|throttle| throttle.rate(now_ms)).unwrap_or(seen);
        let rate = (current / 2.0).max(MIN_THROTTLED_RATE);
        let full = before.map_or(seen, |throttle| throttle.full).max(rate * 2.0);
        self.throttle = Some(Throttle { rate, full, lowered_ms: now_ms });
    }

    /// When the next place is. A clock that was set back must not stop the mail: nothing is further ahead than one
    /// place and the burst.
    fn ready(&self, gap: f64, now_ms: f64) -> f64 {
        let burst = (MAX_BURST_MS - gap).max(0.0);
        self.next_ms.min(now_ms + burst + gap) - burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_holds_over_any_second() {
        let (mut bucket, mut now, mut gone) = (TokenBucket::default(), 1e12, Vec::new());
        while gone.len() < 500 {
            for _ in 0..bucket.take(8, Some(50.0), now) {
                gone.push(now);
            }
            now += bucket.wait(Some(50.0), now).as_secs_f64() * 1e3 + 0.01;
        }
        let most = gone.iter().map(|at| gone.iter().filter(|t| **t >= *at && **t < *at + 1e3).count());
        assert!(most.max().is_some_and(|most| (50..=56).contains(&most)));
        let took = gone[499] - gone[0];
        assert!((9.7e3..10.2e3).contains(&took), "{took}");
    }

    #[test]
    fn a_pause_saves_nothing_up() {
        let mut bucket = TokenBucket::default();
        assert_eq!(bucket.take(5, Some(1.0), 1e6), 1);
        assert_eq!(bucket.take(5, Some(1.0), 9e6), 1);
        assert_eq!(bucket.wait(Some(1.0), 9e6), Duration::from_secs(1));
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let mut bucket = TokenBucket::default();
        assert_eq!(bucket.take(1, Some(1.0), 9e9), 1);
        assert_eq!(bucket.wait(Some(1.0), 1e6), Duration::from_secs(1));
    }

    #[test]
    fn no_rate_is_no_ceiling() {
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            assert_eq!(TokenBucket::default().take(1_000, rate, 1e6), 1_000, "{rate:?}");
        }
    }

    #[test]
    fn a_throttle_halves_to_the_floor_and_doubles_back() {
        #[track_caller]
        fn check(bucket: &TokenBucket, now_ms: f64, rate: Option<f64>) {
            assert_eq!(bucket.throttle.and_then(|throttle| throttle.rate(now_ms)), rate, "at {now_ms}");
        }
        let mut bucket = TokenBucket::default();
        bucket.slow_down(100.0, 0.0);
        check(&bucket, 0.0, Some(50.0));
        bucket.slow_down(100.0, 999.0);
        check(&bucket, 999.0, Some(50.0));
        bucket.slow_down(100.0, 1_000.0);
        check(&bucket, 1_000.0, Some(25.0));
        check(&bucket, 11_000.0, Some(50.0));
        check(&bucket, 21_000.0, None);
        for second in 0..10 {
            bucket.slow_down(100.0, 30_000.0 + f64::from(second) * 1_000.0);
        }
        check(&bucket, 39_000.0, Some(5.0));
        bucket.slow_down(2.0, 1e9);
        check(&bucket, 1e9, Some(5.0));
        assert_eq!(bucket.take(100, Some(1.0), 1e9), 1);
        assert_eq!(bucket.interval_ms(Some(1_000.0), 1e9), Some(200.0));
    }
}
