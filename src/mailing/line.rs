//! One connection: takes claimed deliveries from the desk, makes their messages, hands them over, and tells the desk
//! what became of them.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use crate::{
    deliver::{self, Destination, Outcome, Reply, Transport},
    message::{Form, Message, Occasion},
    render::Variants,
    store::Claim,
};

/// What all lines of a run share.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) destination: Destination,
    /// Messages that the relay takes over one connection.
    pub(super) cap: Option<u64>,
    pub(super) forms: Variants<Form>,
    /// Deliveries that a line claims at a time.
    pub(super) batch: usize,
    /// Says that a line may claim the next delivery while the one before is under way. A death leaves it in doubt
    /// without need: where doubts are held for a person, no line does.
    pub(super) claims_ahead: bool,
}

/// What a line tells the desk and asks of it.
#[derive(Debug)]
pub(super) struct Request {
    /// What became of claimed deliveries.
    pub(super) done: Vec<(Claim, Outcome)>,
    /// The subscriber whose delivery was claimed ahead and is the next.
    pub(super) held: Option<i64>,
    /// How many deliveries it wants.
    pub(super) wanted: usize,
    /// Why it has no connection, where it has none.
    pub(super) fault: Option<deliver::Error>,
    /// Says that the line ends with this: what it gives back says nothing about the relay.
    pub(super) ends: bool,
    /// Messages that the relay takes over one connection, where it has shown that.
    pub(super) cap: Option<u64>,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What the desk gives.
#[derive(Debug)]
pub(super) enum Answer {
    /// Deliveries to attempt, after the one held.
    Claims(Vec<Claim>),
    /// The same, and the one held is not to be attempted any more.
    Withdrawn(Vec<Claim>),
    /// There are no more; the one held goes back.
    Over,
}

/// A delivery whose message is made.
struct Made {
    claim: Claim,
    message: Message,
}

/// Works until the desk has nothing more.
pub(super) async fn work(job: Arc<Job>, desk: mpsc::Sender<Request>, open: Option<Transport>) {
    let mut transport = match open {
        Some(transport) => transport,
        None => {
            let opened = tokio::select! {
                opened = Transport::open(&job.destination, job.cap) => opened,
                () = desk.closed() => return,
            };
            match opened {
                Ok(transport) => transport,
                Err(fault) => {
                    ask(&desk, |answer| Request { fault: Some(fault), ..Request::new(answer) }).await;
                    return;
                }
            }
        }
    };
    let mut queue: VecDeque<Made> = VecDeque::new();
    let mut done = Vec::new();
    let mut spare = Vec::new();
    loop {
        let ahead = usize::from(job.claims_ahead && transport.takes_next());
        let wanted = if queue.is_empty() { job.batch + ahead } else { ahead };
        let held = queue.front().map(|made| made.claim.subscriber.id);
        let (cap, told) = (transport.cap(), std::mem::take(&mut done));
        let claims = match ask(&desk, |answer| Request { done: told, held, wanted, cap, ..Request::new(answer) }).await
        {
            Answer::Claims(claims) => claims,
            Answer::Withdrawn(claims) => {
                queue.clear();
                claims
            }
            Answer::Over => break,
        };
        for claim in claims {
            match make(&job, claim, std::mem::take(&mut spare)) {
                Ok(made) => queue.push_back(made),
                Err(unmade) => done.push(*unmade),
            }
            if job.batch > 1 {
                // A folder's messages need no settling one by one, nor room for them all.
                hand_over(&mut transport, &mut queue, &mut done, &mut spare).await;
            }
        }
        hand_over(&mut transport, &mut queue, &mut done, &mut spare).await;
    }
    done.extend(queue.into_iter().map(|made| (made.claim, Outcome::Unreached("the run ended".to_owned()))));
    if !done.is_empty() {
        ask(&desk, |answer| Request { done, ends: true, ..Request::new(answer) }).await;
    }
    transport.close().await;
}

/// Hands over the first message of the queue, and announces the second where that can be.
async fn hand_over(
    transport: &mut Transport,
    queue: &mut VecDeque<Made>,
    done: &mut Vec<(Claim, Outcome)>,
    spare: &mut Vec<u8>,
) {
    let Some(made) = queue.pop_front() else { return };
    let outcome = transport.deliver(&made.message, queue.front().map(|next| &next.message)).await;
    done.push((made.claim, outcome));
    *spare = made.message.octets;
}

fn make(job: &Job, claim: Claim, buffer: Vec<u8>) -> Result<Made, Box<(Claim, Outcome)>> {
    let form = job.forms.of(claim.subscriber.language.as_deref());
    match form.fill(&claim.subscriber, Occasion::Send, buffer) {
        Ok(message) => Ok(Made { claim, message }),
        // Our own fault, and not the address's (RFC 3463 5.6.0).
        Err(fault) => {
            let reply = Reply { code: 0, enhanced: Some((5, 6, 0)), text: fault.to_string() };
            Err(Box::new((claim, Outcome::Bounced(reply))))
        }
    }
}

impl Request {
    fn new(answer: oneshot::Sender<Answer>) -> Self {
        Self { done: Vec::new(), held: None, wanted: 0, fault: None, ends: false, cap: None, answer }
    }
}

/// Tells the desk, and waits for its answer.
async fn ask(desk: &mpsc::Sender<Request>, request: impl FnOnce(oneshot::Sender<Answer>) -> Request) -> Answer {
    let (answer, answered) = oneshot::channel();
    // A desk that is gone has nothing more.
    if desk.send(request(answer)).await.is_err() {
        return Answer::Over;
    }
    answered.await.unwrap_or(Answer::Over)
}
