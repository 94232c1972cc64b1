//! What an outcome makes of a delivery: the state that its row gets; pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    deliver::{BounceKind, InDoubt, Limits, Outcome, Reply, backoff, classify_bounce},
    store::{Claim, Settlement, Verdict},
};

/// Turns an outcome into the row's next state (RFC 5321 4.5.4, RFC 3463). `relay_has_answered` says whether the relay has ever
/// spoken about a message of this edition: one that never did is at fault itself.
pub(super) fn settle(
    limits: &Limits,
    claim: &Claim,
    outcome: &Outcome,
    relay_has_answered: bool,
    now: DateTime<Utc>,
) -> Settlement {
    let seed = claim.subscriber.id.cast_unsigned();
    let after = |tries| {
        let wait = TimeDelta::from_std(backoff::next_try(&limits.retry, tries, seed)?).ok()?;
        now.checked_add_signed(wait)
    };
    let later = || after(claim.tries + 1);
    // After a broken conversation the first new try is at once, and the waits begin with the second.
    let again = || if claim.tries == 0 { Some(now) } else { after(claim.tries) };
    let untried = if claim.is_doubtful { Verdict::Doubtful } else { Verdict::Pending };
    let unanswered = |text: &String| Reply { text: text.clone(), ..Reply::default() };
    let (verdict, reply) = match outcome {
        Outcome::Sent(reply) => (Verdict::Sent, reply.clone()),
        Outcome::Deferred(reply) => {
            (later().map_or(Verdict::Bounced(BounceKind::NotAddress), Verdict::Deferred), reply.clone())
        }
        Outcome::Bounced(reply) => (Verdict::Bounced(classify_bounce(reply)), reply.clone()),
        Outcome::Refused(reply) => (untried, reply.clone()),
        Outcome::Unreached(words) => (untried, unanswered(words)),
        Outcome::Cut(words) if !relay_has_answered => (untried, unanswered(words)),
        // Others got through: the second time it may be this message's fault, and in the end it is.
        Outcome::Cut(words) => {
            (again().map_or(Verdict::Bounced(BounceKind::NotAddress), Verdict::Deferred), unanswered(words))
        }
        Outcome::InDoubt(words) => {
            let again = if limits.in_doubt == InDoubt::Resend { again() } else { None };
            (Verdict::InDoubt(again), unanswered(words))
        }
    };
    tracing::debug!(to = claim.subscriber.address.masked(), ?verdict, code = reply.code, "settled");
    Settlement { subscriber: claim.subscriber.id, verdict, reply }
}
