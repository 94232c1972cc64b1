//! Bounces in plain text, as qmail (QSBMF) and old Exims write them.
//!
//! Only these two are known by a sure sign; of anything else in plain text nobody can say that it is no answer by a
//! person or a machine.

use super::{
    codes,
    fields::lines,
    report::{Fate, Recipient},
};
use crate::deliver::Reply;

/// Reads qmail's text: a greeting, a paragraph for each recipient, and behind `---` the message.
pub(super) fn qmail(text: &str) -> Vec<Recipient> {
    let mut paragraphs = text.split("\n\n").map(str::trim);
    if !paragraphs.next().is_some_and(|greeting| greeting.starts_with("Hi. This is the")) {
        return Vec::new();
    }
    let paragraphs = paragraphs.take_while(|paragraph| !paragraph.starts_with('-'));
    let recipient = |paragraph: &str| {
        let (address, words) = paragraph.strip_prefix('<')?.split_once(">:")?;
        // What the other server said, else qmail's own words, which end in a code: `(#5.1.1)`.
        let parse_reply = ["said: ", "(#"].iter().find_map(|mark| Some(words.split_once(mark)?.1));
        let reply =
            Reply { text: codes::parse_reply(words).text, ..codes::parse_reply(parse_reply.unwrap_or_default()) };
        Some(Recipient { addresses: vec![address.to_owned()], fate: fate(reply) })
    };
    paragraphs.filter_map(recipient).collect()
}

/// Reads an Exim's text, for the addresses of its `X-Failed-Recipients`; the other server's words are known only
/// where one recipient failed.
pub(super) fn exim(failed: &str, text: &str) -> Vec<Recipient> {
    let addresses: Vec<String> = failed.split([',', ' ']).filter(|one| one.contains('@')).map(str::to_owned).collect();
    let mut fate = fate(Reply::default());
    if addresses.len() == 1 {
        let said = lines(text.as_bytes()).map(|line| codes::parse_reply(&String::from_utf8_lossy(line)));
        fate = said.take(100).find(|reply| reply.code >= 400).map_or(fate, self::fate);
    }
    if addresses.is_empty() { Vec::new() } else { vec![Recipient { addresses, fate }] }
}

fn fate(reply: Reply) -> Fate {
    let class = reply.enhanced.map_or(reply.code / 100, |(class, ..)| u16::from(class));
    if class == 4 { Fate::Delayed(reply) } else { Fate::Failed(reply) }
}
