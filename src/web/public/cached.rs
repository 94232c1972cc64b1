//! A value that is kept for a while, because many ask for it at once.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// A value and when it was made.
#[derive(Debug)]
pub(super) struct Cached<T>(Mutex<Option<(T, Instant)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Cached<T> {
    /// Gives the value, made anew where it is older than `max_age`; whoever asks meanwhile waits for the same one.
    ///
    /// # Errors
    /// What `make` fails with; the old value stays.
    pub(super) async fn get<E>(&self, max_age: Duration, make: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut kept = self.0.lock().await;
        match &*kept {
            Some((value, at)) if at.elapsed() < max_age => Ok(value.clone()),
            _ => Ok(kept.insert((make.await?, Instant::now())).0.clone()),
        }
    }
}
