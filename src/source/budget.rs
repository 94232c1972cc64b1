//! What may be in hand at a time, in octets, however many sources send however much.
//!
//! A page weighs thirty times its octets while it is taken apart, so reading and parsing have budgets of their own.
//! Who may parse waits for nothing else, and who may read waits only until it may parse.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Large documents that are being read, or wait to be parsed.
const MAX_READ: usize = 24 << 20;

/// Documents that are being parsed.
const MAX_PARSED: usize = 2 << 20;

/// Smaller documents are read without asking: they are few at a time, and none should wait for a slow large one.
pub(super) const SMALL: usize = 256 << 10;

static READ: Semaphore = Semaphore::const_new(MAX_READ);
static PARSED: Semaphore = Semaphore::const_new(MAX_PARSED);

/// Octets of a budget, taken until this is dropped.
#[derive(Debug, Default)]
pub struct Reservation(Option<SemaphorePermit<'static>>);

impl Reservation {
    /// Waits until a document of up to `octets` may be read.
    pub(super) async fn to_read(octets: usize) -> Self {
        Self::of(&READ, octets.min(MAX_READ)).await
    }

    /// Waits until a document of `octets` may be parsed.
    pub(super) async fn to_parse(octets: usize) -> Self {
        Self::of(&PARSED, octets.min(MAX_PARSED)).await
    }

    async fn of(budget: &'static Semaphore, octets: usize) -> Self {
        // The semaphores are never closed; without a permit there would only be less order.
        Self(budget.acquire_many(u32::try_from(octets).unwrap_or(u32::MAX)).await.ok())
    }

    /// Gives back what is not needed beyond `octets`.
    pub(super) fn shrink_to(&mut self, octets: usize) {
        if let Some(permit) = &mut self.0 {
            drop(permit.split(permit.num_permits().saturating_sub(octets)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn large_documents_wait_for_each_other() {
        let first = Reservation::to_parse(MAX_PARSED * 10).await;
        let mut second = Box::pin(Reservation::to_parse(1_000));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        second.await;
        let mut first = Reservation::to_read(MAX_READ).await;
        assert!(Reservation::to_read(1_000).now_or_never().is_none());
        first.shrink_to(1_000);
        assert!(Reservation::to_read(MAX_READ / 2).now_or_never().is_some());
    }
}
