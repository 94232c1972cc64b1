//! Whose fault a refusal is: one table for what relays answer and for what bounces say; pure.

use std::{sync::LazyLock, time::Duration};

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::{code_pattern::CodePattern, reply::Reply};

/// Whose fault a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Blame {
    /// The other side's own: it may pass.
    Peer,
    /// The mailbox takes nothing now: full, too busy, on leave.
    Mailbox,
    /// The sender's: account, quota, login, authentication, block lists, relaying, TLS.
    Us,
    /// This mail's: its contents, size, links.
    Message,
    /// Nobody can say: the address is given up where three editions in a row end so.
    Unclear,
    /// There is no such reader any more, or never was.
    Reader,
}

/// Where a refusal was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// At login (RFC 4954).
    Auth,
    /// To MAIL, where no recipient is known yet.
    Mail,
    /// To RCPT.
    Rcpt,
    /// To DATA.
    Data,
    /// To the message.
    End,
    /// In a bounce, after the relay had taken the message.
    Report,
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// Messages over this connection: another one takes more.
    Messages,
    /// Connections at a time.
    Connections,
    /// Messages a second.
    Rate,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Whose fault it is.
    pub blame: Blame,
    /// What there is too much of, where that is it.
    pub limit: Option<Limit>,
    /// How long it lasts, where the words say that it ends.
    pub pause: Option<Duration>,
    /// What it means and what to do, where it is for the sender to mend.
    pub advice: Option<&'static str>,
}

impl Blame {
    /// Says whether a delivery that ended so speaks against the address.
    pub fn counts(self) -> bool {
        matches!(self, Self::Reader | Self::Unclear)
    }
}

/// Says what a refusal means that was given in this phase, by the first row of `replies.toml` that holds.
pub fn meaning(phase: Phase, reply: &Reply) -> Meaning {
    let words = reply.text.to_lowercase();
    // Postfix adds which command it was.
    let words = words.split(" (in reply to ").next().unwrap_or_default();
    let mut is_said = vec![false; TABLE.rows.len()];
    for found in TABLE.words.find_overlapping_iter(words) {
        // A word begins where it is said to, and may go on: `temporar` is in `temporarily`, and `rbl` not in `marble`.
        // Scripts that have no spaces have no beginnings either.
        let (before, from) = words.split_at(found.start());
        let begins = !(before.ends_with(char::is_alphanumeric) && from.starts_with(|c: char| c.is_ascii()));
        is_said[TABLE.row_of_word[found.pattern().as_usize()]] |= begins;
    }
    let holds = |(row, is_said): &(&Row, bool)| {
        (row.words.is_empty() || *is_said)
            && (row.phases.is_empty() || row.phases.contains(&phase))
            && (row.codes.is_empty() || row.codes.iter().any(|pattern| pattern.holds(reply)))
    };
    let row = TABLE.rows.iter().zip(is_said).find(holds).map(|(row, _)| row);
    Meaning {
        blame: row.map_or(Blame::Unclear, |row| row.blame),
        limit: row.and_then(|row| row.limit),
        pause: row.and_then(|row| row.pause),
        advice: row.and_then(|row| row.advice.as_deref()),
    }
}

/// The words of a reply without what differs from reader to reader, numbers, addresses and names of hosts: two refusals
/// for one reason are the same.
pub fn gist(reply: &Reply) -> String {
    let is_plain = |word: &&str| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        !inner.is_empty() && !inner.contains(|c: char| c.is_numeric() || matches!(c, '@' | '.' | '='))
    };
    let words: Vec<&str> = reply.text.split_whitespace().filter(is_plain).collect();
    let code = reply.enhanced.map_or(format!("{}", reply.code), |(a, b, c)| format!("{a}.{b}.{c}"));
    format!("{code} {}", words.join(" ").to_lowercase())
}

/// One row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    blame: Blame,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    codes: Vec<CodePattern>,
    #[serde(default)]
    phases: Vec<Phase>,
    limit: Option<Limit>,
    #[serde(default, with = "humantime_serde")]
    pause: Option<Duration>,
    advice: Option<String>,
    /// Who says so.
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

struct Table {
    rows: Vec<Row>,
    words: AhoCorasick,
    row_of_word: Vec<usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows = toml::from_str::<File>(include_str!("replies.toml")).expect("a test reads the table").row;
    let listed = || rows.iter().enumerate().flat_map(|(at, row)| row.words.iter().map(move |word| (at, word)));
    let words = AhoCorasick::new(listed().map(|(_, word)| word)).expect("a test reads the table");
    let row_of_word = listed().map(|(at, _)| at).collect();
    Table { rows, words, row_of_word }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gists_are_the_same_for_every_reader() {
        let said = |text: &str| gist(&Reply { code: 550, enhanced: None, text: text.into() });
        assert_eq!(said("<ana@lisbon.example>: Denied by dom1.example, id 4fa2"), "550 denied by id");
        assert_eq!(said("<ben@porto.example>: denied by dom22.example, id 9x"), said("Denied by [192.0.2.1] id"));
        assert_ne!(said("denied"), said("unknown"));
    }

    /// Every line of `tests/fixtures/replies.txt`: a fault, phases, a reply.
    #[test]
    fn each_reply_has_its_fault() {
        let table = include_str!("../../tests/fixtures/replies.txt");
        let mut wrong = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let [fault, phases, said] = line.splitn(3, " | ").collect::<Vec<_>>().try_into().unwrap();
            let octets = said.as_bytes();
            let reply = crate::deliver::smtp::reply::join(said[..3].parse().unwrap(), &[octets[4..].to_vec()]);
            for phase in phases.split(',') {
                let phase: Phase = toml::Value::from(phase).try_into().unwrap();
                let found = format!("{:?}", meaning(phase, &reply).blame).to_lowercase();
                if found != fault {
                    wrong.push(format!("{found}, not {line}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_word_is_in_lower_case() {
        for word in TABLE.rows.iter().flat_map(|row| &row.words) {
            assert_eq!(*word, word.to_lowercase());
        }
    }

    #[test]
    fn what_is_for_the_sender_to_mend_says_how() {
        for row in TABLE.rows.iter().filter(|row| row.blame == Blame::Us) {
            assert!(row.advice.is_some(), "{row:?}");
        }
    }
}
