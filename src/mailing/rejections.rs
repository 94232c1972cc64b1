//! Rejections in a row: whether they are about a reader, or about all of this edition; pure.

use std::collections::HashSet;

use crate::deliver::{Blame, Phase, Rejection, gist};

/// So many equal refusals of the sender to MAIL end a run: nobody but the sender was named.
const MAX_AT_MAIL: usize = 2;

/// So many refusals in a row end a run: of the sender, of this mail in equal words, or of so many domains in equal words.
const MAX_IN_A_ROW: usize = 3;

/// The refusals since something was accepted.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    /// What was said last, and how often in a row.
    gist: String,
    alike: usize,
    /// Rejections of the sender in a row, whatever their words.
    of_us: usize,
    /// The domains that it was said of.
    domains: HashSet<String>,
    /// Subscribers who bounced by it; whether that is their blame is known when the row ends.
    bounced: Vec<i64>,
    is_over: bool,
}

/// What a refusal comes to, after those before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conclusion {
    /// These were about the readers after all.
    pub(super) confirmed: Vec<i64>,
    /// These were not: their deliveries go back.
    pub(super) retracted: Vec<i64>,
    /// The run ends with this rejection.
    pub(super) is_over: bool,
}

impl Rejections {
    /// Records that a message was accepted, or the end of the run: what was refused before it was about its readers.
    pub(super) fn end(&mut self) -> Vec<i64> {
        std::mem::take(self).bounced
    }

    /// Records a refusal of a message to `subscriber` at `domain`.
    pub(super) fn record(&mut self, rejection: &Rejection, subscriber: i64, domain: &str) -> Conclusion {
        let mut conclusion = Conclusion::default();
        let (said, blame) = (gist(&rejection.reply), rejection.meaning.blame);
        if said != self.gist {
            conclusion.confirmed = std::mem::take(&mut self.bounced);
            *self = Self { gist: said, of_us: self.of_us, ..Self::default() };
        }
        self.alike += 1;
        self.of_us = if blame == Blame::Us { self.of_us + 1 } else { 0 };
        self.domains.insert(domain.to_lowercase());
        let may_be_ours = matches!(blame, Blame::Message | Blame::Unclear) && !rejection.is_for_now();
        // One address in letters that a server cannot take says nothing of the next.
        let is_alone = rejection.reply.enhanced == Some((5, 6, 7));
        if may_be_ours && !is_alone {
            self.bounced.push(subscriber);
        }
        conclusion.is_over = self.is_over
            || match blame {
                Blame::Us if rejection.phase == Phase::Mail && self.alike >= MAX_AT_MAIL => true,
                Blame::Us => self.of_us >= MAX_IN_A_ROW,
                Blame::Message => self.bounced.len() >= MAX_IN_A_ROW,
                Blame::Unclear => may_be_ours && self.domains.len() >= MAX_IN_A_ROW,
                Blame::Reader | Blame::Mailbox | Blame::Peer => false,
            };
        if conclusion.is_over {
            // What others are about to hear in the same words is no reader's blame either.
            self.is_over = true;
            conclusion.retracted = std::mem::take(&mut self.bounced);
        }
        conclusion
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::Reply;

    /// Ends of runs by these refusals, each a phase, a reply's code and words, and a domain.
    #[track_caller]
    fn check(rejections: &[(Phase, u16, &str, &str)], ends_at: Option<usize>, retracted: &[i64]) {
        let mut row = Rejections::default();
        let mut found = (None, Vec::new());
        for (at, (phase, code, text, domain)) in rejections.iter().enumerate() {
            let rejection = Rejection::new(*phase, Reply { code: *code, enhanced: None, text: (*text).into() });
            let conclusion = row.record(&rejection, at as i64, domain);
            if conclusion.is_over {
                found = (Some(at), conclusion.retracted);
                break;
            }
        }
        assert_eq!(found, (ends_at, retracted.to_vec()));
    }

    #[test]
    fn refusals_of_the_sender_end_a_run() {
        use Phase::{End, Mail, Rcpt};
        check(&[(Mail, 550, "no", "a"), (Mail, 550, "no", "a")], Some(1), &[]);
        check(&[(Mail, 550, "no", "a"), (Mail, 550, "never", "a"), (Mail, 550, "not", "a")], Some(2), &[]);
        let relay = "Relaying denied";
        check(&[(Rcpt, 554, relay, "a"), (Rcpt, 554, relay, "a")], None, &[]);
        check(&[(Rcpt, 554, relay, "a"), (Rcpt, 554, "DKIM", "a"), (End, 554, "SPF", "a")], Some(2), &[]);
    }

    #[test]
    fn three_dead_addresses_are_three_dead_addresses() {
        let dead = |domain| (Phase::Rcpt, 550, "User unknown", domain);
        check(&[dead("a"), dead("b"), dead("c"), dead("d")], None, &[]);
    }

    #[test]
    fn what_nobody_understands_is_about_us_where_three_domains_say_it() {
        let odd = |text, domain| (Phase::Rcpt, 554, text, domain);
        check(&[odd("Error 17 for a", "a"), odd("Error 18 for a", "A"), odd("Error 19 for a", "a")], None, &[]);
        check(&[odd("Error 17", "a"), odd("Error 18", "b"), odd("Error 19", "c")], Some(2), &[0, 1, 2]);
        check(&[odd("Error", "a"), odd("Error", "b"), odd("Oops", "c"), odd("Error", "d")], None, &[]);
    }

    #[test]
    fn three_equal_refusals_of_this_mail_end_a_run() {
        let big = |domain| (Phase::End, 552, "message too big", domain);
        check(&[big("a"), big("a"), big("a")], Some(2), &[0, 1, 2]);
        check(&[big("a"), (Phase::End, 554, "virus", "a"), big("a")], None, &[]);
    }
}
