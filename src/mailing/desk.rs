//! The one place of a run that speaks to the store: settles for all lines, and claims for them.
//!
//! What several lines bring while a transaction is on its way goes into the next one together: commits are grouped
//! over connections, never over time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::Instant,
};

use super::{
    judge::judge,
    line::{Answer, Request},
    stop::Stop,
};
use crate::{
    deliver::{self, Limits, Outcome, Recent, Slower},
    store::{self, Claim, OutboxReply, OutboxRequest, SendJob, Store},
};

/// So many hand-overs in a row on each line without an answer end the run.
const PATIENCE: usize = 3;

/// So many passing refusals of us in a row are a lasting one.
const DISFAVOUR: usize = 5;

/// So often an exchange is offered to a store that another program keeps locked; each time waits some seconds.
const INSISTENCE: u32 = 12;

/// While lines wait for time to pass, the desk looks up so often whether somebody asks it to end.
const NAP: Duration = Duration::from_secs(1);

/// The desk and what it knows of the run so far.
pub(super) struct Desk<'a> {
    store: &'a Store,
    work: &'a SendJob<'a>,
    limits: &'a Limits,
    recent: Recent,
    /// Lines that still work.
    lines: usize,
    /// Lines that wait for a delivery.
    parked: Vec<Request>,
    /// Deliveries that lines have and did not settle.
    in_hand: usize,
    /// When time alone may bring deliveries.
    again: Option<Instant>,
    /// The relay has said something about a message of this edition, so it can.
    answered: bool,
    /// Hand-overs in a row without an answer.
    fruitless: usize,
    /// Passing refusals of us in a row.
    disfavour: usize,
    /// So many lines were left when the relay took no more; not believed before one of them gets through.
    fewer: Option<usize>,
    settled: usize,
    is_over: bool,
    failure: Option<store::Error>,
    ended: Ended,
}

/// How the lines ended, and what they learnt.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) stopped: Option<Stop>,
    /// Connections that the relay takes at a time, where it refused more.
    pub(super) connections: Option<usize>,
    /// Messages that it takes over one.
    pub(super) cap: Option<u64>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        store: &'a Store,
        work: &'a SendJob<'a>,
        limits: &'a Limits,
        lines: usize,
        answered: bool,
    ) -> Self {
        Self {
            store,
            work,
            limits,
            recent: Recent::default(),
            lines,
            parked: Vec::new(),
            in_hand: 0,
            again: None,
            answered,
            fruitless: 0,
            disfavour: 0,
            fewer: None,
            settled: 0,
            is_over: false,
            failure: None,
            ended: Ended::default(),
        }
    }

    /// Serves the lines until there is nothing more for them and they have nothing more to settle.
    ///
    /// # Errors
    /// When the store failed; what was handed over by then and could not be settled is in doubt.
    pub(super) async fn serve(
        mut self,
        mut inbox: mpsc::Receiver<Request>,
        lines: &mut JoinSet<()>,
        clock: impl Fn() -> DateTime<Utc>,
        mut progress: impl FnMut(usize) -> bool,
    ) -> Result<Ended, store::Error> {
        while !self.is_over || self.in_hand > 0 {
            let first = self.wait(&mut inbox, lines).await;
            let mut requests = std::mem::take(&mut self.parked);
            requests.extend(first);
            while let Ok(request) = inbox.try_recv() {
                requests.push(request);
            }
            if !progress(std::mem::take(&mut self.settled)) {
                self.stop(Stop::Asked);
            }
            self.turn(requests, clock()).await;
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.ended),
        }
    }

    /// Waits for a line, or for time to bring deliveries to those that wait.
    async fn wait(&self, inbox: &mut mpsc::Receiver<Request>, lines: &mut JoinSet<()>) -> Option<Request> {
        loop {
            let again = async {
                match self.again {
                    Some(again) if !self.parked.is_empty() => {
                        tokio::time::sleep_until(again.min(Instant::now() + NAP)).await;
                    }
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(request) = inbox.recv() => return Some(request),
                Some(ended) = lines.join_next() => carry_on(ended),
                () = again => return None,
            }
        }
    }

    /// One transaction for all requests.
    async fn turn(&mut self, mut requests: Vec<Request>, now: DateTime<Utc>) {
        let mut exchange = OutboxRequest::default();
        for request in &mut requests {
            self.hear(request, &mut exchange, now);
        }
        if !self.is_over {
            // Who is told to end gives back what is held, whoever left.
            exchange.held =
                requests.iter().filter(|request| !request.ends).filter_map(|request| request.held).collect();
            exchange.wanted = requests.iter().map(|request| request.wanted).sum();
        }
        let given = self.exchange(&exchange, now).await;
        self.again = given.again.map(|wait| Instant::now() + wait.max(Duration::from_millis(1)));
        self.in_hand = (self.in_hand + given.claims.len()).saturating_sub(given.withdrawn.len());
        self.answer(requests, given);
        if !self.is_over && self.in_hand == 0 && self.again.is_none() && !self.parked.is_empty() {
            self.end_or_take_over(now).await;
        }
    }

    /// Takes in what a line brings.
    fn hear(&mut self, request: &mut Request, exchange: &mut OutboxRequest, now: DateTime<Utc>) {
        self.in_hand = self.in_hand.saturating_sub(request.done.len());
        self.settled += request.done.len();
        self.ended.cap = request.cap.or(self.ended.cap);
        let mut is_lost = false;
        for (claim, outcome) in request.done.drain(..) {
            exchange.settled.push(judge(self.limits, &claim, &outcome, self.answered, now));
            is_lost = matches!(outcome, Outcome::Unreached(_));
            if is_lost && request.ends {
                // What a line gives back unsent says nothing.
                continue;
            }
            self.weigh(&claim, &outcome, exchange, now);
            match outcome {
                Outcome::Refused(reply) => self.stop(Stop::Refused(reply)),
                Outcome::Deferred(reply) if self.disfavour >= DISFAVOUR => self.stop(Stop::Refused(reply)),
                Outcome::Unreached(words) | Outcome::Cut(words) | Outcome::InDoubt(words)
                    if self.fruitless >= PATIENCE * self.lines =>
                {
                    self.stop(Stop::HangsUp(words));
                }
                _ => {}
            }
        }
        let mut is_too_many = false;
        match request.fault.take() {
            Some(deliver::Error::Unreachable(_, why)) if self.lines > 1 => {
                is_lost = true;
                // It was there, and said so.
                is_too_many = why.kind() == std::io::ErrorKind::Other;
            }
            Some(fault) => self.stop(Stop::Transport(fault)),
            None => {}
        }
        // The relay has hung up on this one and still has others: it takes no more than those.
        if is_lost && !request.ends && self.lines > 1 {
            self.lines -= 1;
            if is_too_many {
                self.fewer = Some(self.lines);
            }
            (request.ends, request.wanted) = (true, 0);
        }
    }

    /// Counts an outcome: is the relay still there, does it want us to go slower?
    fn weigh(&mut self, claim: &Claim, outcome: &Outcome, exchange: &mut OutboxRequest, now: DateTime<Utc>) {
        let deferred = match outcome {
            Outcome::Sent(_) | Outcome::Bounced(_) => None,
            Outcome::Deferred(reply) => Some(reply),
            Outcome::Refused(_) => return,
            Outcome::Unreached(_) | Outcome::Cut(_) | Outcome::InDoubt(_) => {
                self.fruitless += 1;
                return;
            }
        };
        (self.answered, self.fruitless) = (true, 0);
        // Rule P2: a run of 4.7.2x is about our standing, as one 5.7.2x is.
        let is_about_us = deferred.is_some_and(|reply| matches!(reply.enhanced, Some((4, 7, 20..=30 | 515))));
        self.disfavour = if is_about_us { self.disfavour + 1 } else { 0 };
        self.ended.connections = self.fewer.or(self.ended.connections);
        let domain = claim.subscriber.address.domain();
        if let Some((who, seen)) = self.recent.note(domain, deferred, now.timestamp_millis() as f64) {
            tracing::info!(?who, seen, "asked to go slower");
            let domain = if let Slower::Domain(domain) = who { Some(domain) } else { None };
            exchange.slower.push((domain, seen));
        }
    }

    /// Goes to the store. Where it fails, nothing more is claimed, and what was settled is offered once more alone.
    async fn exchange(&mut self, exchange: &OutboxRequest, now: DateTime<Utc>) -> OutboxReply {
        let mut tries = 1;
        loop {
            match self.store.settle_and_claim(self.work, exchange, now).await {
                Ok(given) => return given,
                Err(fault) if fault.is_locked() && tries < INSISTENCE => tries += 1,
                Err(fault) => {
                    if self.failure.is_none() {
                        let settled = OutboxRequest { settled: exchange.settled.clone(), ..OutboxRequest::default() };
                        let _ = self.store.settle_and_claim(self.work, &settled, now).await;
                    }
                    self.is_over = true;
                    self.failure.get_or_insert(fault);
                    return OutboxReply::default();
                }
            }
        }
    }

    /// Gives each line its share: one to each that has nothing, then to those that work ahead.
    fn answer(&mut self, mut requests: Vec<Request>, given: OutboxReply) {
        requests.sort_by_key(|request| request.held.is_some());
        let idle = requests.iter().filter(|request| request.held.is_none() && request.wanted > 0).count();
        let mut claims = given.claims.into_iter();
        for (index, request) in requests.into_iter().enumerate() {
            if self.is_over || request.ends {
                let _ = request.answer.send(Answer::Over);
                continue;
            }
            let kept_for_others = idle.saturating_sub(index + 1);
            let share = request.wanted.min(claims.len().saturating_sub(kept_for_others));
            let share: Vec<Claim> = claims.by_ref().take(share).collect();
            let is_withdrawn = request.held.is_some_and(|held| given.withdrawn.contains(&held));
            if share.is_empty() && request.held.is_none() {
                self.parked.push(request);
            } else {
                let answer = if is_withdrawn { Answer::Withdrawn(share) } else { Answer::Claims(share) };
                let _ = request.answer.send(answer);
            }
        }
    }

    /// Nothing is due and nobody works: takes over what another sender left that died meanwhile, or ends.
    async fn end_or_take_over(&mut self, now: DateTime<Utc>) {
        match self.store.reclaim_from_dead(self.work.edition, now).await {
            Ok(0) => self.is_over = true,
            Ok(_) => self.again = Some(Instant::now()),
            Err(fault) => {
                self.is_over = true;
                self.failure.get_or_insert(fault);
            }
        }
        if self.is_over {
            for request in self.parked.drain(..) {
                let _ = request.answer.send(Answer::Over);
            }
        }
    }

    fn stop(&mut self, stop: Stop) {
        self.is_over = true;
        self.ended.stopped.get_or_insert(stop);
    }
}

/// A line that panicked takes the run with it: its delivery is in doubt.
pub(super) fn carry_on(ended: Result<(), JoinError>) {
    if let Err(fault) = ended
        && let Ok(panic) = fault.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
