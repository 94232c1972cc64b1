//! Readers' wishes in, what became of them out: those that come while one transaction is on its way go into the next
//! together, so that thousands a second are as durable as one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use crate::{
    diagnostic::error_report,
    store::{Granted, Store, Wish},
};

/// So many go into one transaction: a sender that waits for the store waits no longer than for these.
const TOGETHER: usize = 256;

/// Where wishes are brought.
#[derive(Debug, Clone)]
pub(super) struct Desk(mpsc::Sender<(Wish, oneshot::Sender<Answer>)>);

/// What became of a wish; an error when nobody knows, and it is to be brought again.
pub(super) type Answer = Result<Option<Granted>, Unavailable>;

/// The store could not be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unavailable;

impl Desk {
    /// Opens the desk on the runtime; it closes when nobody can come any more.
    pub(super) fn open(store: Store, clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>) -> Self {
        let (desk, mut inbox) = mpsc::channel(TOGETHER);
        tokio::spawn(async move {
            let mut brought = Vec::with_capacity(TOGETHER);
            while inbox.recv_many(&mut brought, TOGETHER).await > 0 {
                let (wishes, answers): (Vec<Wish>, Vec<oneshot::Sender<Answer>>) = brought.drain(..).unzip();
                match store.grant(&wishes, clock()).await {
                    Ok(granted) => {
                        for (answer, granted) in answers.into_iter().zip(granted) {
                            let _ = answer.send(Ok(granted));
                        }
                    }
                    Err(error) => {
                        tracing::error!("{} to unsubscribe or return failed: {}", wishes.len(), error_report(&error));
                        for answer in answers {
                            let _ = answer.send(Err(Unavailable));
                        }
                    }
                }
            }
        });
        Self(desk)
    }

    /// Brings a wish; what it came to is durable when this returns.
    pub(super) async fn bring(&self, wish: Wish) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.0.send((wish, answer)).await.map_err(|_| Unavailable)?;
        answered.await.unwrap_or(Err(Unavailable))
    }
}
