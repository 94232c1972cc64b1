//! The last hundred answers, and whether they ask us to go slower; pure.

use std::collections::VecDeque;

use super::reply::Reply;

/// So many answers are looked at.
const MAX_ANSWERS: usize = 100;
/// So many of them deferred are a throttle.
const MANY_DEFERRED: usize = MAX_ANSWERS / 5;

/// Who asks us to go slower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlowDown {
    /// The relay.
    Relay,
    /// The servers of one recipient domain, behind it.
    Domain(String),
}

/// What was answered last.
#[derive(Debug, Default)]
pub struct ThrottleDetector(VecDeque<Answer>);

#[derive(Debug)]
struct Answer {
    domain: String,
    is_deferred: bool,
    is_throttled: bool,
    at_ms: f64,
}

impl ThrottleDetector {
    /// Records an answer about a message to `domain`, and says who asks us to go slower, if it does, and how many
    /// messages a second went there: 421, 4.7.x and 4.5.3 do at once (RFC 3463), other deferrals when they are a fifth
    /// of the last hundred. What comes from more than one domain comes from the relay.
    pub fn record(&mut self, domain: &str, deferred: Option<&Reply>, now_ms: f64) -> Option<(SlowDown, f64)> {
        let is_throttled =
            deferred.is_some_and(|reply| matches!(reply.enhanced, Some((4, 7, _) | (4, 5, 3))) || reply.code == 421);
        if self.0.len() == MAX_ANSWERS {
            self.0.pop_front();
        }
        let is_deferred = deferred.is_some();
        self.0.push_back(Answer { domain: domain.to_owned(), is_deferred, is_throttled, at_ms: now_ms });
        let many = self.0.iter().filter(|answer| answer.is_deferred).count() >= MANY_DEFERRED;
        if !(is_throttled || is_deferred && many) {
            return None;
        }
        let alike = |answer: &&Answer| if is_throttled { answer.is_throttled } else { answer.is_deferred };
        let is_elsewhere = self.0.iter().filter(alike).any(|answer| answer.domain != domain);
        let of_relay = is_elsewhere || deferred.is_some_and(|reply| reply.code == 421);
        let seen = self.rate_per_second(|answer| of_relay || answer.domain == domain, now_ms);
        if many {
            self.0.iter_mut().for_each(|answer| answer.is_deferred = false);
        }
        Some((if of_relay { SlowDown::Relay } else { SlowDown::Domain(domain.to_owned()) }, seen))
    }

    /// How many of these answers there were a second.
    fn rate_per_second(&self, of: impl Fn(&Answer) -> bool, now_ms: f64) -> f64 {
        let first = self.0.front().map_or(now_ms, |answer| answer.at_ms);
        let count = u32::try_from(self.0.iter().filter(|answer| of(answer)).count()).unwrap_or(u32::MAX);
        f64::from(count) * 1_000.0 / (now_ms - first).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, enhanced: (u8, u16, u16)) -> Reply {
        Reply { code, enhanced: Some(enhanced), text: String::new() }
    }

    fn after_calm(answers: &[(&str, &Reply)]) -> Option<(SlowDown, f64)> {
        let mut detector = ThrottleDetector::default();
        for number in 0..100 {
            assert_eq!(detector.record(if number % 2 == 0 { "a" } else { "b" }, None, f64::from(number) * 10.0), None);
        }
        answers.iter().map(|(domain, reply)| detector.record(domain, Some(reply), 1_010.0)).last().flatten()
    }

    #[test]
    fn a_throttle_is_the_domains_until_another_says_so_too() {
        let policy = reply(450, (4, 7, 1));
        let (who, seen) = after_calm(&[("a", &policy)]).unwrap();
        assert_eq!(who, SlowDown::Domain("a".into()));
        assert!((45.0..=55.0).contains(&seen), "{seen}");
        let (who, seen) = after_calm(&[("a", &policy), ("b", &policy)]).unwrap();
        assert_eq!(who, SlowDown::Relay);
        assert!((90.0..=110.0).contains(&seen), "{seen}");
        assert_eq!(after_calm(&[("a", &reply(421, (4, 3, 2)))]).unwrap().0, SlowDown::Relay);
        assert_eq!(after_calm(&[("a", &reply(452, (4, 5, 3)))]).unwrap().0, SlowDown::Domain("a".into()));
    }

    #[test]
    fn one_deferral_is_no_throttle_and_a_fifth_of_all_is() {
        let full = reply(452, (4, 2, 2));
        assert_eq!(after_calm(&[("a", &full); 19]), None);
        assert_eq!(after_calm(&[("a", &full); 20]).unwrap().0, SlowDown::Domain("a".into()));
        assert_eq!(after_calm(&[("a", &full); 21]), None);
        let mixed: Vec<_> = (0..20).map(|n| (if n % 2 == 0 { "a" } else { "b" }, &full)).collect();
        assert_eq!(after_calm(&mixed).unwrap().0, SlowDown::Relay);
    }
}
