//! What no teaser may be: one row for each defect.

use unicode_segmentation::UnicodeSegmentation;

use super::{
    Material,
    fit::is_unspaced,
    instruction,
    sentence::{is_ended, sentences},
};

/// The first defect of `text` as a teaser, in words for an editor.
pub(super) fn defect(text: &str, material: &Material<'_>) -> Option<&'static str> {
    CHECKS.iter().find(|(_, wrong)| wrong(text, material)).map(|(name, _)| *name)
}

/// A defect's name, and what finds it.
type Check = (&'static str, fn(&str, &Material<'_>) -> bool);

const CHECKS: &[Check] = &[
    ("empty", |text, _| text.trim().is_empty()),
    ("cut off", |text, _| is_cut(text)),
    ("markup", |text, _| has_markup(text)),
    ("boilerplate", |text, _| is_boilerplate(text)),
    ("speaks to a machine", |text, _| instruction::speaks_to_a_machine(text)),
    ("only the title again", |text, material| letters(text) == letters(&material.post.title)),
    ("the same as the teaser of an earlier post", |text, material| {
        material.around.earlier.iter().any(|earlier| letters(earlier) == letters(text))
    }),
    ("too short", |text, _| is_short(text)),
    ("does not end as a sentence", |text, _| !is_ended(text)),
];

/// Marks behind which a publisher's software has left out the rest.
const CUT_MARKS: &[&str] = &[
    "…",
    "...",
    "[…]",
    "[...]",
    "(…)",
    "(...)",
    "(more)",
    "[more]",
    "read more",
    "read the rest",
    "continue reading",
    "keep reading",
    "read on",
    "weiterlesen",
    "mehr lesen",
    "lire la suite",
    "leer más",
    "seguir leyendo",
    "leia mais",
    "continue lendo",
    "читать далее",
    "阅读更多",
    "阅读全文",
    "続きを読む",
];

/// Says whether the end of `text` tells that there is more.
pub(super) fn is_cut(text: &str) -> bool {
    without_mark(text).len() < bare(text).len()
}

/// `text` without the marks at its end that tell that there is more.
pub(super) fn without_mark(text: &str) -> &str {
    let mut rest = bare(text);
    loop {
        let shorter = CUT_MARKS.iter().find_map(|mark| {
            let at = rest.len().checked_sub(mark.len())?;
            let (kept, end) = rest.split_at_checked(at)?;
            (end.to_lowercase() == *mark).then_some(kept)
        });
        match shorter {
            Some(shorter) => rest = bare(shorter),
            None => return rest,
        }
    }
}

/// Without the arrows and spaces that stand behind "Read more".
fn bare(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || "→»›>".contains(c))
}

/// Says whether tags, entities, Markdown, template signs or addresses are left.
fn has_markup(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
    });
    let entity = text.match_indices('&').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
        name.starts_with(';') && name.len() < rest.len()
    });
    tag || entity || ["](", "**", "{{", "{%", "[[", "://", "www.", "\u{fffd}"].iter().any(|sign| text.contains(sign))
}

/// Says whether a publisher's software wrote it, or it speaks of the site and not of the post.
pub(super) fn is_boilerplate(text: &str) -> bool {
    let lower = text.to_lowercase();
    let begins = [
        "by ",
        "posted ",
        "posted:",
        "published ",
        "updated ",
        "last updated",
        "photo:",
        "photo by",
        "photograph:",
        "image:",
        "image by",
        "image credit",
        "credit:",
        "source:",
        "filed under",
        "tags:",
        "share this",
        "share on",
        "follow us",
        "print this",
        "click here",
        "subscribe",
        "sign up",
        "we use cookies",
        "this site uses",
        "advertisement",
        "sponsored",
        "table of contents",
        "listen to this",
        "von ",
        "foto:",
        "bild:",
        "quelle:",
        "veröffentlicht am",
        "publié le",
        "crédit",
        "publicado el",
        "publicado em",
        "foto de",
        "фото:",
        "подписывайтесь",
        "写真:",
        "图片来源",
        "comments",
    ];
    let holds = [
        "appeared first on",
        "first appeared on",
        "erschien zuerst auf",
        "apparu en premier sur",
        "se publicó primero en",
        "apareceu primeiro em",
        "min read",
        "minute read",
        "all rights reserved",
        "subscribe to our",
        "sign up for our",
        "accept cookies",
        "view this email",
        "this post may contain affiliate",
        "javascript is disabled",
        "enable javascript",
        "newsletter abonnieren",
        "alle rechte vorbehalten",
        "tous droits réservés",
        "todos los derechos reservados",
    ];
    // "By" and its like begin many good sentences: those that are bylines are short.
    let short = lower.split_whitespace().take(9).count() < 9;
    (short && begins.iter().any(|start| lower.starts_with(start))) || holds.iter().any(|words| lower.contains(words))
}

/// Says whether it has fewer graphemes than a sentence needs, Chinese, Japanese and Korean ones counted twice.
fn is_short(text: &str) -> bool {
    let mut width = 0;
    for grapheme in text.graphemes(true) {
        width += if grapheme.starts_with(|c: char| is_unspaced(c) || matches!(c, '가'..='힣')) { 2 } else { 1 };
        if width >= 20 {
            return false;
        }
    }
    true
}

/// Says whether it announces a list or what else comes below.
pub(super) fn is_lead_in(text: &str) -> bool {
    text.trim_end().ends_with([':', '：', ',', ';', '、'])
}

/// Letters and digits in lower case: what two texts are the same by.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Says whether a sentence of a body can stand for the post by itself.
pub(super) fn is_good_sentence(text: &str, material: &Material<'_>) -> bool {
    !is_lead_in(text) && defect(text, material).is_none() && sentences(text).take(2).count() == 1
}

#[cfg(test)]
mod tests {
    use super::{super::Around, *};

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let post = super::super::tests::post("", "");
        assert_eq!(defect(text, &Material { post: &post, blocks: &[], around: &Around::default() }), expect);
    }

    #[test]
    fn defects_are_named() {
        check("The north quay is closed until May.", None);
        check("By the end of May the whole north quay will be open again for all.", None);
        check("港口从明天起关闭到五月底。", None);
        check("", Some("empty"));
        check("The north quay is closed and […]", Some("cut off"));
        check("The north quay is closed and it...", Some("cut off"));
        check("The north quay is closed. Read More →", Some("cut off"));
        check("The north quay is closed. Weiterlesen »", Some("cut off"));
        check("The <b>north</b> quay is closed.", Some("markup"));
        check("The north quay &amp; pier are closed.", Some("markup"));
        check("See https://harbour.example for the plan.", Some("markup"));
        check("The post Quay appeared first on Harbour.", Some("boilerplate"));
        check("By Jane Doe, Harbour Office.", Some("boilerplate"));
        check("Posted January 09, 2025.", Some("boilerplate"));
        check("Five min read, and worth it all.", Some("boilerplate"));
        check("The Quay is closed!", Some("only the title again"));
        check("It is closed.", Some("too short"));
        check("The north quay is closed until", Some("does not end as a sentence"));
        check("Here are the reasons for it:", Some("does not end as a sentence"));
    }

    #[test]
    fn marks_are_taken_off() {
        assert_eq!(without_mark("It closed and […] Read more →"), "It closed and");
        assert_eq!(without_mark("It closed."), "It closed.");
    }
}
