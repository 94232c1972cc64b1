//! Changes of readers' subscriptions in, what became of them out: those that come while one transaction is on its way go into the next
//! together, so that thousands a second are as durable as one.

use tokio::sync::{mpsc, oneshot};

use super::errors::PageError;
use crate::{
    daemon::Clock,
    diagnostic::error_report,
    store::{Applied, Store, SubscriptionChange},
};

/// So many go into one transaction: a sender that waits for the store waits no longer than for these.
const MAX_BATCH: usize = 256;

/// What became of a change; an error when nobody knows, and it is to be brought again.
type Answer = Result<Option<Applied>, PageError>;

/// Where changes wait for the one transaction that writes them.
#[derive(Debug, Clone)]
pub(super) struct WriteQueue(mpsc::Sender<(SubscriptionChange, oneshot::Sender<Answer>)>);

impl WriteQueue {
    /// Opens the queue on the runtime; it closes when nobody can come any more.
    pub(super) fn open(store: Store, clock: Clock) -> Self {
        let (queue, mut waiting) = mpsc::channel(MAX_BATCH);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(MAX_BATCH);
            while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
                let (changes, answers): (Vec<SubscriptionChange>, Vec<oneshot::Sender<Answer>>) =
                    batch.drain(..).unzip();
                let outcomes = match store.apply_changes(&changes, clock()).await {
                    Ok(applied) => applied.into_iter().map(Ok).collect(),
                    Err(error) => {
                        tracing::error!("{} to unsubscribe or return failed: {}", changes.len(), error_report(&error));
                        vec![Err(PageError::Unavailable); changes.len()]
                    }
                };
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _ = answer.send(outcome);
                }
            }
        });
        Self(queue)
    }

    /// Writes a change; what it came to is durable when this returns.
    pub(super) async fn write(&self, change: SubscriptionChange) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.0.send((change, answer)).await.map_err(|_| PageError::Unavailable)?;
        answered.await.unwrap_or(Err(PageError::Unavailable))
    }
}
