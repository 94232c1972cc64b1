//! The parts of an edition as everybody may see them: nobody's name, address or link in them.

use super::{header_text, personal::PersonalParts, slots};
use crate::{
    edition::{Edition, Slot},
    html::{self, Token},
    render::Rendered,
};

/// Empties the slots; a link to unsubscribe goes as a whole, because it would be nobody's.
pub fn anonymise(edition: &Edition, parts: &Rendered) -> PersonalParts {
    let html = without_links(&slots::line_feeds(&parts.html), &edition.marker(Slot::Unsubscribe));
    // Who sees the page is in a browser already.
    let html = match &edition.archive_url {
        Some(own) => without_links(&html, &format!("\"{}\"", html::escape(own))),
        None => html,
    };
    let markers = slots::markers(edition);
    let empty = |text: &str| slots::fill(&slots::cut(text, &markers), |_| "".into());
    PersonalParts {
        subject: tidy(&empty(&parts.subject)),
        html: empty(&html),
        text: empty(&slots::line_feeds(&parts.text)),
    }
}

/// The same for one line of the edition of this random id.
pub fn anonymise_line(uid: &str, line: &str) -> String {
    let empty =
        Slot::ALL.iter().fold(line.to_owned(), |line, slot| line.replace(&format!("slot-{uid}-{}", slot.name()), ""));
    tidy(&empty)
}

/// What stood beside a name at the beginning goes with it.
fn tidy(line: &str) -> String {
    header_text::line(line).trim_start_matches([',', ':', ' ', '،', '、']).to_owned()
}

/// Takes out each `a` element whose address is `marker`.
fn without_links(html: &str, marker: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut tokens = html::scan(html);
    while let Some(token) = tokens.next() {
        let source = token.source();
        if !source.contains(marker) {
            out.push_str(source);
            continue;
        }
        if matches!(token, Token::Start(tag) if tag.is(&["a"])) {
            let mut after = tokens.clone();
            if after.any(|token| matches!(token, Token::End(tag) if tag.is(&["a"]))) {
                tokens = after;
                continue;
            }
        }
        out.push_str(&source.replace(marker, ""));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_of_nobody_go_as_a_whole() {
        let html =
            "<p>a<a class=\"x\"\n href=\"MARK\">Leave <b>now</b></a>b <i title='MARK'>c</i> <abbr x=MARK>d</abbr></p>";
        assert_eq!(without_links(html, "MARK"), "<p>ab <i title=''>c</i> <abbr x=>d</abbr></p>");
        assert_eq!(without_links("<a href=MARK>", "MARK"), "<a href=>");
        assert_eq!(without_links("MARK</a>", "MARK"), "</a>");
    }

    #[test]
    fn a_line_loses_the_name_and_what_stood_beside_it() {
        assert_eq!(anonymise_line("0a", "slot-0a-name, your news"), "your news");
        assert_eq!(anonymise_line("0a", "slot-0b-name"), "slot-0b-name");
    }

    proptest! {
        #[test]
        fn no_marker_is_left(html in "(<a |<b>|href=\"MARK\"|MARK|>|</a>|é| ){0,30}") {
            prop_assert!(!without_links(&html, "MARK").contains("MARK"));
        }
    }
}
