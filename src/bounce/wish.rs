//! What a person wrote: whether they wish to leave, and who they are by our own tokens.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    mime::{self, Fields},
    report::{Report, WishSource},
    tokens::{self, ENVELOPE, TokenTexts},
};
use crate::{languages, token::Keys};

/// A wish stands in the first lines of a mail, or it is none.
const MAX_LINES: usize = 5;
/// A longer sentence tells of something else.
const MAX_WORDS: usize = 16;
/// A line of so many words at most may be one word and what is polite.
const MAX_ALONE: usize = 3;
/// What takes the wish back stands so near before it.
const NEAR: usize = 4;

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// Parts of a sentence that say it.
    leaving: Vec<String>,
    /// Words that say it on a line of their own.
    #[serde(default)]
    leaving_alone: Vec<String>,
    /// Words that take it back, before it.
    #[serde(default)]
    negations: Vec<String>,
}

static WORDS: LazyLock<Vec<Words>> =
    LazyLock::new(|| languages::tables("bounce").into_iter().map(|(_, words)| words).collect());

/// Reads a wish to leave whose writer is known: by a token for leaving that they wrote themselves, wherever it stands; or
/// by any token of ours, where the words are there.
pub(super) fn read(header: &Fields, text: &str, keys: &Keys) -> Option<Report> {
    let subject = mime::subject(header);
    let addresses: Vec<&str> = ENVELOPE.iter().chain(&["cc"]).flat_map(|name| header.all(name)).collect();
    let own = own_lines(text);
    let known = |about, source| Some(Report::Unsubscribe { about, source });
    if let Some(about) = tokens::unsubscription_in(keys, &addresses.join(" "))
        .or_else(|| tokens::unsubscription_in(keys, &own.join("\n")))
    {
        return known(about, WishSource::Words);
    }
    if !is_wish(&subject, &own) {
        return None;
    }
    if let Some(about) = tokens::unsubscription_in(keys, text) {
        return known(about, WishSource::Words);
    }
    let answered = header.all("in-reply-to").chain(header.all("references"));
    // The newest of several is answered.
    let ids = answered.flat_map(|ids| ids.split_whitespace().rev());
    let texts = addresses.into_iter().map(|path| TokenTexts { paths: vec![path.to_owned()], ..TokenTexts::default() });
    let mut texts = texts.chain(ids.map(|id| TokenTexts { ids: vec![id.to_owned()], ..TokenTexts::default() }));
    known(texts.find_map(|texts| texts.subject(keys))?, WishSource::Reply)
}

/// The first lines that the writer wrote, up to what they quote and to their name.
fn own_lines(text: &str) -> Vec<&str> {
    let is_quote = |line: &str| {
        line.starts_with(['>', '|'])
            || line.starts_with("--")
            || line.starts_with("__")
            || line.contains('@') && line.contains(':')
    };
    let lines = text.lines().map(str::trim).take_while(|line| !is_quote(line));
    lines.filter(|line| !line.is_empty()).take(MAX_LINES).collect()
}

fn is_wish(subject: &str, own: &[&str]) -> bool {
    is_in_subject(subject) || own.iter().any(|line| is_alone(line) || says_it(line))
}

/// Says whether a subject is the wish to leave; that of an answer is ours, unless it says nothing else.
pub(super) fn is_in_subject(subject: &str) -> bool {
    let plain = without_prefixes(subject);
    is_alone(plain) || plain.len() == subject.trim().len() && says_it(plain)
}

/// Takes `Re:`, `AW:`, `Odp.:` from before a subject.
fn without_prefixes(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((prefix, behind)) = rest.split_once([':', '：'])
        && prefix.chars().filter(|c| c.is_alphabetic()).count() <= 4
        && !prefix.contains(' ')
    {
        rest = behind.trim_start();
    }
    rest
}

/// Says whether a line is a word that says it, and no more than politeness beside it.
fn is_alone(line: &str) -> bool {
    let words = words(line);
    let count = words.split(' ').count();
    count <= MAX_ALONE && WORDS.iter().any(|known| finds(&words, &known.leaving_alone))
}

/// Says whether a sentence of a line says it.
fn says_it(line: &str) -> bool {
    line.split(['.', '!', '?', ';', ',', '。', '、', '，', '！']).any(|sentence| {
        let words = words(sentence);
        words.split(' ').count() <= MAX_WORDS && WORDS.iter().any(|known| finds(&words, &known.leaving))
    })
}

/// Says whether one of the `phrases` stands in the `words`, with nothing before it that takes it back.
fn finds(words: &str, phrases: &[String]) -> bool {
    let padded = format!(" {words} ");
    phrases.iter().any(|phrase| {
        let phrase = if has_spaces(phrase) { format!(" {phrase} ") } else { phrase.clone() };
        padded.find(&phrase).is_some_and(|at| {
            let before: Vec<&str> = padded[..at].split_whitespace().rev().take(NEAR).collect();
            !WORDS.iter().flat_map(|known| &known.negations).any(|negation| before.contains(&negation.as_str()))
        })
    })
}

/// Chinese, Japanese and Thai have no spaces between words.
fn has_spaces(phrase: &str) -> bool {
    phrase.chars().all(|c| !matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

/// The words of a text in lower case, one space between them; apostrophes go (`don't`, `n'envoyez`).
fn words(text: &str) -> String {
    let letters = text.to_lowercase().replace(['\'', '’'], " ");
    let is_letter =
        |c: char| c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) || ('\u{900}'..='\u{e7f}').contains(&c);
    letters.split(|c| !is_letter(c)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_is_told_from_what_only_speaks_of_it() {
        #[track_caller]
        fn check(subject: &str, text: &str, expect: bool) {
            assert_eq!(is_wish(subject, &own_lines(text)), expect, "{subject} / {text}");
        }
        for wish in [
            "unsubscribe",
            "STOP",
            "Please take me off your list.",
            "Hello,\nplease remove me from this list, thank you",
            "I don't want these mails any more. Take me off please",
            "Could you unsubscribe me?",
            "Please stop sending me these emails",
            "I no longer wish to receive your newsletter",
            "Please do not send me any more mail",
            "opt out",
            "Bitte tragen Sie mich aus dem Verteiler aus",
            "Bitte abmelden",
            "Guten Tag\n\nich möchte mich abmelden.\n\nGruß",
            "Merci de me désinscrire de cette liste",
            "Désabonnement svp",
            "Je ne souhaite plus recevoir vos messages",
            "Por favor, denme de baja",
            "Quiero darme de baja",
            "Quero cancelar a inscrição",
            "Vorrei cancellarmi dalla lista",
            "Graag uitschrijven",
            "Прошу отписать меня от рассылки",
            "Отписаться",
            "请取消订阅",
            "配信停止をお願いします",
            "수신 거부",
            "Proszę o wypisanie z listy",
            "Avregistrera mig tack",
        ] {
            check("Re: Harbour Weekly", wish, true);
        }
        for subject in ["Unsubscribe", "Re: unsubscribe", "AW: Abmelden", "please remove me from the list"] {
            check(subject, "", true);
        }
        for other in [
            "Thank you for this issue!",
            "Please do not unsubscribe me",
            "I never asked to unsubscribe, why do I get nothing?",
            "Your story says that visible unsubscribe links help, and I agree",
            "Don't stop!",
            "Great\n\nOn Mon, Harbour <notes@harbour.example> wrote:\nUnsubscribe",
            "Great\n> unsubscribe me",
            "One\nTwo\nThree\nFour\nFive\nunsubscribe me",
            "Bitte nicht abmelden",
            "The band says they will not stop, and the harbour will not be still for as long as the boats are in",
        ] {
            check("Re: How to unsubscribe from everything", other, false);
        }
    }
}
