//! Signs by which a mail without a delivery status shows what it is: a bounce, a delay, an automatic answer.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    mime::{self, Fields},
    wish,
};

/// The lists of `signs.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    daemons: Vec<String>,
    failures: Vec<String>,
    statements: Vec<String>,
    delays: Vec<String>,
    answers: Vec<String>,
    plain_answers: Vec<String>,
    copies: Vec<String>,
    copies_plain: Vec<String>,
}

static SIGNS: LazyLock<Signs> =
    LazyLock::new(|| toml::from_str(include_str!("signs.toml")).expect("a test reads the lists"));

/// What a mail without a delivery status shows itself to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A message did not arrive.
    Failure,
    /// It did not arrive yet.
    Delay,
    /// A machine answers: nobody reads that.
    Answer,
    /// Perhaps a person's words.
    Other,
}

/// Says what a mail is, by its header and its text.
pub(super) fn sign(header: &Fields, text: &str) -> Sign {
    let subject = mime::subject(header).to_lowercase();
    let field = |name: &str| header.first(name).unwrap_or_default().trim().to_ascii_lowercase();
    let from = field("from");
    let is_daemon = has(&SIGNS.daemons, &from) || from == "<>";
    let submitted = field("auto-submitted");
    let says_answer =
        header.first("x-autoreply").or(header.first("x-autorespond")).is_some() || field("precedence") == "auto_reply";
    // A precedence or a null return path is what bounces and automatic answers share.
    let is_automatic = submitted.starts_with("auto-")
        || field("return-path") == "<>"
        || ["bulk", "junk"].contains(&field("precedence").as_str())
        || says_answer;
    let fails = has(&SIGNS.failures, &subject) || header.first("x-failed-recipients").is_some();
    if is_daemon && !has(&SIGNS.answers, &subject) || fails {
        return if has(&SIGNS.delays, &subject) { Sign::Delay } else { Sign::Failure };
    }
    let says_so = || has(&SIGNS.statements, &text.to_lowercase());
    let is_plain_answer = SIGNS.plain_answers.iter().any(|words| subject.trim_start().starts_with(words.as_str()));
    let is_answer = has(&SIGNS.answers, &subject) && (is_automatic || is_daemon)
        || submitted.starts_with("auto-replied")
        || says_answer;
    if wish::is_in_subject(&subject) {
        Sign::Other
    } else if is_plain_answer || is_answer && !says_so() {
        Sign::Answer
    } else if is_automatic && says_so() {
        Sign::Failure
    } else {
        Sign::Other
    }
}

/// The text up to the message that comes back with it; all of it where nothing would be left.
pub(super) fn before_copy(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let lower = line.trim().to_lowercase();
        let has_rule = lower.starts_with(['-', '=', '*', '_', '+', '#']);
        let is_copy = has_rule && has(&SIGNS.copies, &lower)
            || has(&SIGNS.copies_plain, &lower)
            || ["received:", "return-path:"].iter().any(|name| lower.starts_with(name));
        if is_copy && !text[..end].trim().is_empty() {
            return &text[..end];
        }
        end += line.len();
    }
    text
}

fn has(words: &[String], text: &str) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}
