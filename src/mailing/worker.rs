//! A worker has one connection: it takes claimed deliveries from the dispatcher, fills their messages, hands them over,
//! and says what became of them.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use crate::{
    deliver::{self, Blame, Destination, Outcome, Rejection, Reply, Transport},
    message::{Message, MessageTemplate, Occasion},
    render::Variants,
    store::Claim,
};

/// What all workers of a run share.
#[derive(Debug)]
pub(super) struct SharedWork {
    pub(super) destination: Destination,
    /// Messages that the relay takes over one connection.
    pub(super) max_messages: Option<u64>,
    pub(super) templates: Variants<MessageTemplate>,
    /// Deliveries that a worker claims at a time.
    pub(super) batch: usize,
    /// Says that a worker may claim the next delivery while the one before is under way. A death leaves it in doubt
    /// without need: where doubts are held for a person, no worker does.
    pub(super) claims_ahead: bool,
}

/// What a worker tells the dispatcher and asks of it.
#[derive(Debug)]
pub(super) struct Request {
    /// What became of claimed deliveries.
    pub(super) settled: Vec<(Claim, Outcome)>,
    /// The subscriber whose delivery was claimed ahead and is the next.
    pub(super) held: Option<i64>,
    /// How many deliveries it wants.
    pub(super) wanted: usize,
    /// Why it has no connection, where it has none.
    pub(super) fault: Option<deliver::Error>,
    /// Says that the worker ends with this: what it gives back says nothing about the relay.
    pub(super) is_last: bool,
    /// Messages that the relay takes over one connection, where it has shown that.
    pub(super) max_messages: Option<u64>,
    pub(super) reply: oneshot::Sender<Assignment>,
}

/// What the dispatcher gives.
#[derive(Debug)]
pub(super) enum Assignment {
    /// Deliveries to attempt, after the one held.
    Claims(Vec<Claim>),
    /// The same, and the one held is not to be attempted any more.
    Withdrawn(Vec<Claim>),
    /// There are no more; the one held goes back.
    Over,
}

/// A delivery whose message is ready.
struct ReadyMessage {
    claim: Claim,
    message: Message,
}

/// Works until the dispatcher has nothing more.
pub(super) async fn run_worker(shared: Arc<SharedWork>, dispatcher: mpsc::Sender<Request>, open: Option<Transport>) {
    let mut transport = match open {
        Some(transport) => transport,
        None => {
            let opened = tokio::select! {
                opened = Transport::open(&shared.destination, shared.max_messages) => opened,
                () = dispatcher.closed() => return,
            };
            match opened {
                Ok(transport) => transport,
                Err(fault) => {
                    ask_dispatcher(&dispatcher, |reply| Request { fault: Some(fault), ..Request::new(reply) }).await;
                    return;
                }
            }
        }
    };
    let mut queue: VecDeque<ReadyMessage> = VecDeque::new();
    let mut settled = Vec::new();
    let mut spare = Vec::new();
    loop {
        let ahead = usize::from(shared.claims_ahead && transport.can_pipeline());
        let wanted = if queue.is_empty() { shared.batch + ahead } else { ahead };
        let held = queue.front().map(|ready| ready.claim.subscriber.id);
        let (max_messages, outcomes) = (transport.max_messages(), std::mem::take(&mut settled));
        let claims = match ask_dispatcher(&dispatcher, |reply| Request {
            settled: outcomes,
            held,
            wanted,
            max_messages,
            ..Request::new(reply)
        })
        .await
        {
            Assignment::Claims(claims) => claims,
            Assignment::Withdrawn(claims) => {
                queue.clear();
                claims
            }
            Assignment::Over => break,
        };
        for claim in claims {
            match fill_message(&shared, claim, std::mem::take(&mut spare)) {
                Ok(ready) => queue.push_back(ready),
                Err(unmade) => settled.push(*unmade),
            }
            if shared.batch > 1 {
                // A folder's messages need no settling one by one, nor room for them all.
                hand_over(&mut transport, &mut queue, &mut settled, &mut spare).await;
            }
        }
        hand_over(&mut transport, &mut queue, &mut settled, &mut spare).await;
    }
    settled.extend(queue.into_iter().map(|ready| (ready.claim, Outcome::Unreached("the run ended".to_owned()))));
    if !settled.is_empty() {
        ask_dispatcher(&dispatcher, |reply| Request { settled, is_last: true, ..Request::new(reply) }).await;
    }
    transport.close().await;
}

/// Hands over the first message of the queue, and announces the second where that can be.
async fn hand_over(
    transport: &mut Transport,
    queue: &mut VecDeque<ReadyMessage>,
    settled: &mut Vec<(Claim, Outcome)>,
    spare: &mut Vec<u8>,
) {
    let Some(ready) = queue.pop_front() else { return };
    let outcome = transport.deliver(&ready.message, queue.front().map(|next| &next.message)).await;
    settled.push((ready.claim, outcome));
    *spare = ready.message.octets;
}

fn fill_message(shared: &SharedWork, claim: Claim, buffer: Vec<u8>) -> Result<ReadyMessage, Box<(Claim, Outcome)>> {
    let template = shared.templates.of(claim.subscriber.language.as_deref());
    match template.fill(&claim.subscriber, Occasion::Send, buffer) {
        Ok(message) => Ok(ReadyMessage { claim, message }),
        // Our own fault, and not the address's (RFC 3463 5.6.0).
        Err(fault) => {
            let reply = Reply { code: 0, enhanced: Some((5, 6, 0)), text: fault.to_string() };
            Err(Box::new((claim, Outcome::Rejected(Rejection::known(Blame::Message, None, reply)))))
        }
    }
}

impl Request {
    fn new(reply: oneshot::Sender<Assignment>) -> Self {
        Self { settled: Vec::new(), held: None, wanted: 0, fault: None, is_last: false, max_messages: None, reply }
    }
}

/// Tells the dispatcher, and waits for its answer.
async fn ask_dispatcher(
    dispatcher: &mpsc::Sender<Request>,
    request: impl FnOnce(oneshot::Sender<Assignment>) -> Request,
) -> Assignment {
    let (reply, replied) = oneshot::channel();
    // A dispatcher that is gone has nothing more.
    if dispatcher.send(request(reply)).await.is_err() {
        return Assignment::Over;
    }
    replied.await.unwrap_or(Assignment::Over)
}
