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

/// The reply in a text, with the words that follow it.
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
    best.map(|(_, reply)| reply)
}

/// The words of a text, without a code.
fn words(text: &str) -> Reply {
    let lines: Vec<&str> = text.lines().map(str::trim).take(MAX_LINES).collect();
    let own = || lines.iter().filter(|line| !is_field(line)).copied().collect::<Vec<_>>().join(" ");
    Reply { text: codes::line(&below_address(&lines).unwrap_or_else(own), MAX_WORDS), ..Reply::default() }
}

/// Says whether a line is a field of the message that comes back, whose words say nothing of the reason.
fn is_field(line: &str) -> bool {
    let name = line.split_once(':').map_or("", |(name, _)| name);
    ["subject", "to", "from", "date", "sent", "cc", "message-id", "mime-version", "received"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
        || name.starts_with("X-")
        || name.starts_with("Content-")
}

/// The words under the first address: `<ana@lisbon.example>:` and the lines up to an empty one, as qmail has them.
fn below_address(lines: &[&str]) -> Option<String> {
    let (at, own) = lines.iter().enumerate().find_map(|(at, line)| {
        let (address, words) = line.strip_prefix('<')?.split_once(">:")?;
        address.contains('@').then_some((at, words))
    })?;
    let below = lines[at + 1..].iter().take_while(|line| !line.is_empty());
    let words: Vec<&str> = [own].into_iter().chain(below.copied()).collect();
    Some(words.join(" ")).filter(|words| !words.trim().is_empty())
}

/// The reply that is understood: the one that is known already, that in the text, or the words of all of it; where none
/// is, the first that there is. `None` where nothing is said at all.
pub(super) fn clearest(known: Option<Reply>, text: &str) -> Option<Reply> {
    let said = reply(text);
    let first = known.or_else(|| said.clone()).unwrap_or_default();
    let blame = |reply: &Reply| meaning(Phase::Report, reply).blame;
    // A host that is not there is all that there is to say.
    if blame(&first) != Blame::Unclear || first.enhanced.is_some_and(|(_, subject, _)| subject == 4) {
        return Some(first);
    }
    let with_code =
        |other: Reply| Reply { code: other.code.max(first.code), enhanced: other.enhanced.or(first.enhanced), ..other };
    if let Some(said) = said.map(with_code).filter(|said| blame(said) != Blame::Unclear) {
        return Some(said);
    }
    // Words of courtesy have much that may be taken for another reason.
    let all = words(text);
    let understood = Some(with_code(all.clone())).filter(|all| matches!(blame(all), Blame::Reader | Blame::Mailbox));
    let empty = first == Reply::default();
    understood.or(Some(if empty { all } else { first })).filter(|reply| *reply != Reply::default())
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
