//! Bounces in plain text: the reply of the other server, wherever it stands, or the words of this one.

use super::codes;
use crate::deliver::{Blame, Phase, Reply, meaning};

/// So many lines of a text are looked at.
const MAX_LINES: usize = 400;
/// So much of the words of a text without a reply is kept.
const MAX_WORDS: usize = 1_500;

/// Words that a code follows, whatever stands between them and a mark.
const BEFORE_CODE: [&str; 18] = [
    "said",
    "code",
    "error",
    "reply",
    "response",
    "was",
    "is",
    "returned",
    "smtp",
    "status",
    "with",
    "permanent",
    "failed",
    "server",
    "responded",
    "status:",
    "got",
    "answered",
];

/// The reply in a text, with the words that follow it; without one, its words alone. `None` for a text that says
/// nothing.
pub(super) fn reply(text: &str) -> Option<Reply> {
    let lines: Vec<&str> = text.lines().map(str::trim).take(MAX_LINES).collect();
    let mut best: Option<(u8, Reply)> = None;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with(">>>")) {
        for start in starts(line) {
            let end = lines[at..].iter().position(|line| line.is_empty()).map_or(lines.len(), |length| at + length);
            // The next address of a list has a reply of its own.
            let own = lines[at + 1..end].iter().take_while(|line| !line.starts_with('<') || line.starts_with("<<<"));
            let words: Vec<&str> = [&line[start..]].into_iter().chain(own.copied()).collect();
            let mut reply = codes::parse_reply(&words.join(" "));
            if reply.text.len() < 8 {
                // The words stand before the code: `Sorry, no mailbox here by that name. (#5.1.1)`.
                let begin = lines[..at].iter().rposition(|line| line.is_empty()).map_or(0, |blank| blank + 1);
                reply.text = codes::line(&lines[begin..=at].join(" "), MAX_WORDS);
            }
            let rank = rank(&reply);
            if rank > best.as_ref().map_or(0, |(rank, _)| *rank) {
                best = Some((rank, reply));
            }
        }
    }
    if let Some((_, reply)) = best {
        return Some(reply);
    }
    let words = codes::line(text, MAX_WORDS);
    (!words.is_empty()).then(|| Reply { text: words, ..Reply::default() })
}

/// Says which of two replies to the same message tells more: the one that is understood, else the first.
pub(super) fn clearer(first: Reply, second: Option<Reply>) -> Reply {
    let is_clear = |reply: &Reply| meaning(Phase::Report, reply).blame != Blame::Unclear;
    match second {
        Some(second) if !is_clear(&first) => {
            let both = Reply { code: first.code.max(second.code), ..second };
            let merged = Reply { enhanced: both.enhanced.or(first.enhanced), ..both };
            if is_clear(&merged) { merged } else { first }
        }
        _ => first,
    }
}

/// How much a reply says.
fn rank(reply: &Reply) -> u8 {
    let is_refusal = reply.code >= 400 || reply.enhanced.is_some_and(|(class, ..)| class >= 4);
    match reply.enhanced {
        _ if !is_refusal => 0,
        Some((_, subject, _)) if subject > 0 => 2 + u8::from(reply.code > 0),
        None | Some(_) => u8::from(reply.code > 0) * 2,
    }
}

/// Where codes may begin in a line: after its start, a mark, or a word that a code follows.
fn starts(line: &str) -> impl Iterator<Item = usize> {
    let is_start = move |at: &usize| {
        let before = &line[..*at];
        let word = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
        let begins = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '@' | '/'));
        begins
            && (word.is_empty()
                || word.ends_with(|c: char| ":;<('\"#>,=[])".contains(c))
                || BEFORE_CODE.contains(&word.as_str()))
    };
    line.char_indices()
        .filter(|(_, c)| matches!(c, '4' | '5'))
        .map(|(at, _)| at)
        .filter(is_start)
        .filter(|at| codes::is_code(&line[*at..]))
}
