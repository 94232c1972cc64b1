//! A pace for messages: at most so many a second, evenly; pure.

use std::time::Duration;

/// Keeps a ceiling (the generic cell rate algorithm). Times are durations since any fixed instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Pacer {
    gap: Duration,
    burst: Duration,
    next: Duration,
}

impl Pacer {
    /// Allows `rate` messages a second, a tenth of a second's worth at once; `None` for no ceiling.
    pub fn new(rate: Option<f64>) -> Self {
        let gap = rate.filter(|rate| *rate > 0.0).and_then(|rate| Duration::try_from_secs_f64(rate.recip()).ok());
        let gap = gap.unwrap_or_default();
        Self { gap, burst: Duration::from_millis(100).saturating_sub(gap), next: Duration::ZERO }
    }

    /// Says when the next message may go, `now` or later, and takes no place.
    pub fn ready(&self, now: Duration) -> Duration {
        self.next.saturating_sub(self.burst).max(now)
    }

    /// Takes a place for one message and says when it may go: `now` or later.
    pub fn take(&mut self, now: Duration) -> Duration {
        let may = self.ready(now);
        self.next = self.next.max(now).saturating_add(self.gap);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_holds_over_any_second() {
        let mut pacer = Pacer::new(Some(50.0));
        let mut now = Duration::from_secs(100);
        let mut gone = Vec::new();
        for _ in 0..500 {
            now = pacer.take(now);
            gone.push(now);
        }
        let most =
            gone.iter().map(|at| gone.iter().filter(|t| **t >= *at && **t < *at + Duration::from_secs(1)).count());
        assert!(most.max().is_some_and(|most| (50..=56).contains(&most)));
        let took = (gone[499] - gone[0]).as_secs_f64();
        assert!((9.8..10.1).contains(&took), "{took}");
    }

    #[test]
    fn a_pause_saves_nothing_up() {
        let mut pacer = Pacer::new(Some(1.0));
        assert_eq!(pacer.take(Duration::from_secs(10)), Duration::from_secs(10));
        assert_eq!(pacer.take(Duration::from_secs(60)), Duration::from_secs(60));
        assert_eq!(pacer.take(Duration::from_secs(60)), Duration::from_secs(61));
    }

    #[test]
    fn no_rate_is_no_ceiling() {
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut pacer = Pacer::new(rate);
            assert!((0..1000).all(|_| pacer.take(Duration::ZERO) == Duration::ZERO));
        }
    }
}
