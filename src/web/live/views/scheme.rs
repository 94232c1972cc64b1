//! The colours that a reader's system asks for, answered in the page itself: every browser then shows the same.

use super::{options::Scheme, rewrite};
use crate::html::{self, Token};

/// Answers every question after `prefers-color-scheme`: a width that always holds stands for yes, one that never
/// does for no.
pub(super) fn simulate(html: &str, scheme: Scheme) -> String {
    if !html.contains("prefers-color-scheme") {
        return html.to_owned();
    }
    let answered = |css: &str| answer_queries(css, scheme);
    let html = rewrite::styles(html, answered, |_, style| Some(style.to_owned()));
    let mut out = String::with_capacity(html.len());
    for token in html::scan(&html) {
        match token {
            Token::Start(tag) if tag.attribute("media").is_some() => {
                let asks = |name: &str| name.eq_ignore_ascii_case("media");
                let value = |name: &str, value: &str| {
                    Some(if asks(name) { answer_queries(value, scheme) } else { value.to_owned() })
                };
                out.push_str(&rewrite::attributes(tag, value));
            }
            token => out.push_str(token.source()),
        }
    }
    out
}

fn answer_queries(css: &str, scheme: Scheme) -> String {
    const ASKED: &str = "prefers-color-scheme";
    let wanted = if scheme == Scheme::Dark { "dark" } else { "light" };
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(ASKED) {
        out.push_str(&rest[..at]);
        rest = &rest[at + ASKED.len()..];
        let end = rest.find(')').unwrap_or(rest.len());
        let asked = rest[..end].trim_start_matches([':', ' ', '\t', '\n']).trim();
        out.push_str(if asked.eq_ignore_ascii_case(wanted) { "min-width:0px" } else { "max-width:0px" });
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<style>@media (prefers-color-scheme: dark) { a { b: c } }</style><link media=\"screen and \
        (prefers-color-scheme:light)\"><p>prefers-color-scheme: dark</p>";

    #[test]
    fn night_is_answered_in_styles_and_nowhere_else() {
        let night = simulate(PAGE, Scheme::Dark);
        assert!(night.contains("@media (min-width:0px)") && night.contains("screen and (max-width:0px)"), "{night}");
        assert!(night.contains("<p>prefers-color-scheme: dark</p>"), "{night}");
        let day = simulate(PAGE, Scheme::Light);
        assert!(day.contains("@media (max-width:0px)") && day.contains("screen and (min-width:0px)"), "{day}");
    }
}
