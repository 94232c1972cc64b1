//! What an outcome makes of a delivery: the state that its row gets; pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    deliver::{Blame, InDoubt, Limit, Limits, Outcome, Rejection, Reply, backoff},
    store::{Claim, Settlement, Verdict},
};

/// Turns an outcome into the row's next state (RFC 5321 4.5.4, RFC 3463). `relay_has_answered` says whether the relay has ever
/// spoken about a message of this edition: one that never did is at blame itself.
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
        Outcome::Rejected(rejection) => {
            let verdict = match (rejection.meaning.blame, rejection.meaning.limit) {
                (Blame::Us, _) | (_, Some(Limit::Connections)) => untried,
                (blame, _) if is_final(rejection) => Verdict::Bounced(blame),
                (blame, _) => later().map_or(Verdict::Bounced(at_the_end(blame)), Verdict::Deferred),
            };
            (verdict, rejection.reply.clone())
        }
        Outcome::Unreached(words) => (untried, unanswered(words)),
        Outcome::Cut(words) if !relay_has_answered => (untried, unanswered(words)),
        // Others got through: the second time it may be this message's blame, and in the end it is.
        Outcome::Cut(words) => (again().map_or(Verdict::Bounced(Blame::Peer), Verdict::Deferred), unanswered(words)),
        Outcome::InDoubt(words) => {
            let again = if limits.in_doubt == InDoubt::Resend { again() } else { None };
            (Verdict::InDoubt(again), unanswered(words))
        }
    };
    tracing::debug!(to = claim.subscriber.address.masked(), ?verdict, code = reply.code, "settled");
    Settlement { subscriber: claim.subscriber.id, verdict, reply }
}

/// Says whether another try is of no use: a full mailbox or a server in trouble may pass, whatever the code.
fn is_final(rejection: &Rejection) -> bool {
    !rejection.is_for_now() && !matches!(rejection.meaning.blame, Blame::Mailbox | Blame::Peer)
}

/// What it comes to when the last try ends so: who was refused for now is not known to be gone.
fn at_the_end(blame: Blame) -> Blame {
    if blame == Blame::Reader { Blame::Unclear } else { blame }
}
