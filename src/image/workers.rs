//! Threads that pictures are worked on: as few as there are processors, because each keeps the memory that it once had.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// They end when this does.
pub(super) struct Workers(mpsc::Sender<Work>);

impl Workers {
    /// Starts them.
    pub(super) fn start() -> Self {
        let (sender, receiver) = mpsc::channel::<Work>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..count() {
            let receiver = Arc::clone(&receiver);
            std::thread::spawn(move || {
                loop {
                    let work = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = work else { break };
                    work();
                }
            });
        }
        Self(sender)
    }

    /// Has something done; `None` where it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move || {
            // Nobody may wait any more; then nobody is told.
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)).ok());
        });
        self.0.send(work).ok()?;
        answered.await.ok().flatten()
    }
}

/// How many there are.
pub(super) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_panics_harms_nobody_else() {
        let workers = Workers::start();
        assert_eq!(workers.run(|| -> u8 { panic!("a broken picture") }).await, None);
        for number in 0..20 {
            assert_eq!(workers.run(move || number).await, Some(number));
        }
    }
}
