//! The dispatcher is the one place of a send that speaks to the store: it settles for all workers, and claims for them.
//!
//! What several workers bring while a transaction is on its way goes into the next one together: commits are grouped
//! over connections, never over time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::Instant,
};

use super::{
    rejections::Rejections,
    report::StopReason,
    settlement::settle,
    worker::{Assignment, Request},
};
use crate::{
    deliver::{self, Blame, Limit, Limits, Outcome, Rejection, SlowDown, ThrottleDetector},
    store::{self, Claim, OutboxReply, OutboxRequest, SendJob, Store, Verdict},
};

/// So many hand-overs in a row on each worker without an answer end the send.
const MAX_UNANSWERED: usize = 3;

/// So often outcomes are offered to a store that another program keeps locked; each time waits some seconds.
const MAX_LOCKED_TRIES: u32 = 12;

/// While workers wait for time to pass, the dispatcher looks up so often whether somebody asks it to end.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Hands out deliveries, and knows how it goes so far.
pub(super) struct Dispatcher<'a> {
    store: &'a Store,
    job: &'a SendJob<'a>,
    limits: &'a Limits,
    throttles: ThrottleDetector,
    /// Workers that still work.
    workers: usize,
    /// Workers that wait for a delivery.
    waiting: Vec<Request>,
    /// Deliveries that workers have and did not settle.
    unsettled: usize,
    /// When time alone may bring deliveries.
    wake_at: Option<Instant>,
    /// The relay has said something about a message of this edition, so it can.
    relay_has_answered: bool,
    /// Hand-overs in a row without an answer.
    unanswered: usize,
    /// Rejections in a row.
    rejections: Rejections,
    /// So many workers were left when the relay took no more; not believed before one of them gets through.
    workers_left: Option<usize>,
    settled: usize,
    is_over: bool,
    failure: Option<store::Error>,
    ended: WorkersEnded,
}

/// How the workers ended, and what they found out.
#[derive(Default)]
pub(super) struct WorkersEnded {
    pub(super) stopped: Option<StopReason>,
    /// Connections that the relay takes at a time, where it refused more.
    pub(super) connections: Option<usize>,
    /// Messages that it takes over one.
    pub(super) max_messages: Option<u64>,
}

impl<'a> Dispatcher<'a> {
    pub(super) fn new(
        store: &'a Store,
        job: &'a SendJob<'a>,
        limits: &'a Limits,
        workers: usize,
        relay_has_answered: bool,
    ) -> Self {
        Self {
            store,
            job,
            limits,
            throttles: ThrottleDetector::default(),
            workers,
            waiting: Vec::new(),
            unsettled: 0,
            wake_at: None,
            relay_has_answered,
            unanswered: 0,
            rejections: Rejections::default(),
            workers_left: None,
            settled: 0,
            is_over: false,
            failure: None,
            ended: WorkersEnded::default(),
        }
    }

    /// Gives the workers deliveries until there is nothing more for them and they have nothing more to settle.
    ///
    /// # Errors
    /// When the store failed; what was handed over by then and could not be settled is in doubt.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Request>,
        workers: &mut JoinSet<()>,
        clock: impl Fn() -> DateTime<Utc>,
        mut progress: impl FnMut(usize) -> bool,
    ) -> Result<WorkersEnded, store::Error> {
        while !self.is_over || self.unsettled > 0 {
            let first = self.wait(&mut inbox, workers).await;
            let mut requests = std::mem::take(&mut self.waiting);
            requests.extend(first);
            while let Ok(request) = inbox.try_recv() {
                requests.push(request);
            }
            if !progress(std::mem::take(&mut self.settled)) {
                self.stop(StopReason::Asked);
            }
            self.run_batch(requests, clock()).await;
        }
        // Nobody is left who might hear the same: what was refused last was about its readers.
        let confirmed = self.rejections.end();
        if self.failure.is_none() && !confirmed.is_empty() {
            let outbox = OutboxRequest { confirmed, ..OutboxRequest::default() };
            self.settle_and_claim(&outbox, clock()).await;
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.ended),
        }
    }

    /// Waits for a worker, or for time to bring deliveries to those that wait.
    async fn wait(&self, inbox: &mut mpsc::Receiver<Request>, workers: &mut JoinSet<()>) -> Option<Request> {
        loop {
            let again = async {
                match self.wake_at {
                    Some(again) if !self.waiting.is_empty() => {
                        tokio::time::sleep_until(again.min(Instant::now() + MAX_WAIT)).await;
                    }
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(request) = inbox.recv() => return Some(request),
                Some(ended) = workers.join_next() => resume_panic(ended),
                () = again => return None,
            }
        }
    }

    /// One transaction for all requests.
    async fn run_batch(&mut self, mut requests: Vec<Request>, now: DateTime<Utc>) {
        let mut outbox = OutboxRequest::default();
        for request in &mut requests {
            self.record(request, &mut outbox, now);
        }
        if !self.is_over {
            // Who is told to end gives back what is held, whoever left.
            outbox.held =
                requests.iter().filter(|request| !request.is_last).filter_map(|request| request.held).collect();
            outbox.wanted = requests.iter().map(|request| request.wanted).sum();
        }
        let reply = self.settle_and_claim(&outbox, now).await;
        self.wake_at = reply.again.map(|wait| Instant::now() + wait.max(Duration::from_millis(1)));
        self.unsettled = (self.unsettled + reply.claims.len()).saturating_sub(reply.withdrawn.len());
        self.assign(requests, reply);
        if !self.is_over && self.unsettled == 0 && self.wake_at.is_none() && !self.waiting.is_empty() {
            self.end_or_take_over(now).await;
        }
    }

    /// Records what a worker brings.
    fn record(&mut self, request: &mut Request, outbox: &mut OutboxRequest, now: DateTime<Utc>) {
        self.unsettled = self.unsettled.saturating_sub(request.settled.len());
        self.settled += request.settled.len();
        self.ended.max_messages = request.max_messages.or(self.ended.max_messages);
        let (mut is_lost, mut is_too_many) = (false, false);
        for (claim, outcome) in request.settled.drain(..) {
            let settlement = settle(self.limits, &claim, &outcome, self.relay_has_answered, now);
            let verdict = settlement.verdict;
            outbox.settled.push(settlement);
            is_too_many = matches!(&outcome, Outcome::Rejected(rejection) if is_one_too_many(rejection));
            is_lost = is_too_many || matches!(outcome, Outcome::Unreached(_));
            if is_lost && request.is_last {
                // What a worker gives back unsent says nothing.
                continue;
            }
            self.record_health(&claim, &outcome, outbox, now);
            match outcome {
                Outcome::Rejected(rejection) if is_too_many && self.unanswered >= MAX_UNANSWERED * self.workers => {
                    self.stop(StopReason::HangsUp(rejection.reply.to_string()));
                }
                Outcome::Rejected(_) if is_too_many => {}
                Outcome::Rejected(rejection) => self.record_refusal(rejection, &claim, verdict, outbox),
                Outcome::Sent(_) => outbox.confirmed.extend(self.rejections.end()),
                Outcome::Unreached(words) | Outcome::Cut(words) | Outcome::InDoubt(words)
                    if self.unanswered >= MAX_UNANSWERED * self.workers =>
                {
                    self.stop(StopReason::HangsUp(words));
                }
                _ => {}
            }
        }
        match request.fault.take() {
            Some(deliver::Error::Unreachable(_, why)) if self.workers > 1 => {
                is_lost = true;
                // It was there, and said so.
                is_too_many = why.kind() == std::io::ErrorKind::Other;
            }
            Some(fault) => self.stop(StopReason::Transport(fault)),
            None => {}
        }
        // The relay has hung up on this one and still has others: it takes no more than those.
        if is_lost && !request.is_last && self.workers > 1 {
            self.workers -= 1;
            if is_too_many {
                self.workers_left = Some(self.workers);
            }
            (request.is_last, request.wanted) = (true, 0);
        }
    }

    /// Looks whether refusals in a row are about all of this edition.
    fn record_refusal(&mut self, rejection: Rejection, claim: &Claim, verdict: Verdict, outbox: &mut OutboxRequest) {
        let (reader, domain) = (claim.subscriber.id, claim.subscriber.address.domain());
        let conclusion = self.rejections.record(&rejection, reader, domain);
        outbox.confirmed.extend(conclusion.confirmed);
        outbox.retracted.extend(conclusion.retracted);
        if rejection.is_for_now() && verdict == Verdict::Bounced(Blame::Unclear) {
            outbox.confirmed.push(reader);
        }
        if conclusion.is_over {
            self.stop(StopReason::Rejected(rejection));
        }
    }

    /// Counts an outcome: is the relay still there, does it want us to go slower?
    fn record_health(&mut self, claim: &Claim, outcome: &Outcome, outbox: &mut OutboxRequest, now: DateTime<Utc>) {
        let deferred = match outcome {
            Outcome::Rejected(rejection) if rejection.meaning.blame == Blame::Us && !rejection.is_for_now() => return,
            Outcome::Rejected(rejection) if !is_one_too_many(rejection) => {
                Some(rejection).filter(|one| one.is_for_now())
            }
            Outcome::Sent(_) => None,
            Outcome::Rejected(_) | Outcome::Unreached(_) | Outcome::Cut(_) | Outcome::InDoubt(_) => {
                self.unanswered += 1;
                return;
            }
        };
        (self.relay_has_answered, self.unanswered) = (true, 0);
        self.ended.connections = self.workers_left.or(self.ended.connections);
        let domain = claim.subscriber.address.domain();
        let deferred = deferred.map(|rejection| &rejection.reply);
        if let Some((who, seen)) = self.throttles.record(domain, deferred, now.timestamp_millis() as f64) {
            tracing::info!(?who, seen, "asked to go slower");
            let domain = if let SlowDown::Domain(domain) = who { Some(domain) } else { None };
            outbox.slower.push((domain, seen));
        }
    }

    /// Goes to the store. Where it fails, nothing more is claimed, and what was settled is offered once more alone.
    async fn settle_and_claim(&mut self, outbox: &OutboxRequest, now: DateTime<Utc>) -> OutboxReply {
        let mut tries = 1;
        loop {
            match self.store.settle_and_claim(self.job, outbox, now).await {
                Ok(reply) => return reply,
                Err(fault) if fault.is_locked() && tries < MAX_LOCKED_TRIES => tries += 1,
                Err(fault) => {
                    if self.failure.is_none() {
                        let settled = OutboxRequest { settled: outbox.settled.clone(), ..OutboxRequest::default() };
                        let _ = self.store.settle_and_claim(self.job, &settled, now).await;
                    }
                    self.is_over = true;
                    self.failure.get_or_insert(fault);
                    return OutboxReply::default();
                }
            }
        }
    }

    /// Gives each worker its share: one to each that has nothing, then to those that work ahead.
    fn assign(&mut self, mut requests: Vec<Request>, reply: OutboxReply) {
        requests.sort_by_key(|request| request.held.is_some());
        let idle = requests.iter().filter(|request| request.held.is_none() && request.wanted > 0).count();
        let mut claims = reply.claims.into_iter();
        for (index, request) in requests.into_iter().enumerate() {
            if self.is_over || request.is_last {
                let _ = request.reply.send(Assignment::Over);
                continue;
            }
            let kept_for_others = idle.saturating_sub(index + 1);
            let share = request.wanted.min(claims.len().saturating_sub(kept_for_others));
            let share: Vec<Claim> = claims.by_ref().take(share).collect();
            let is_withdrawn = request.held.is_some_and(|held| reply.withdrawn.contains(&held));
            if share.is_empty() && request.held.is_none() {
                self.waiting.push(request);
            } else {
                let assignment = if is_withdrawn { Assignment::Withdrawn(share) } else { Assignment::Claims(share) };
                let _ = request.reply.send(assignment);
            }
        }
    }

    /// Nothing is due and nobody works: takes over what another sender left that died meanwhile, or ends.
    async fn end_or_take_over(&mut self, now: DateTime<Utc>) {
        match self.store.reclaim_from_dead(self.job.edition, now).await {
            Ok(0) => self.is_over = true,
            Ok(_) => self.wake_at = Some(Instant::now()),
            Err(fault) => {
                self.is_over = true;
                self.failure.get_or_insert(fault);
            }
        }
        if self.is_over {
            for request in self.waiting.drain(..) {
                let _ = request.reply.send(Assignment::Over);
            }
        }
    }

    fn stop(&mut self, stop: StopReason) {
        self.is_over = true;
        self.ended.stopped.get_or_insert(stop);
    }
}

/// Says whether the relay takes no more connections than there are.
fn is_one_too_many(rejection: &Rejection) -> bool {
    rejection.meaning.limit == Some(Limit::Connections)
}

/// A worker that panicked takes the run with it: its delivery is in doubt.
pub(super) fn resume_panic(ended: Result<(), JoinError>) {
    if let Err(fault) = ended
        && let Ok(panic) = fault.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
