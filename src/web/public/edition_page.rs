//! An edition's page as a mail shows it in, the same as a web page out: text in the reader's own size, a style for
//! paper, where it stands and where its feed is.

use std::borrow::Cow;

use super::page_context::PageContext;
use crate::{
    html::{Attribute, Token, escape, scan_with_conditionals},
    message,
    store::FrozenEdition,
};

/// How an edition looks on paper: no desk round it, nothing cut in two.
const PRINT_STYLE: &str = "@media print{body,.desk,.desk *{background:#fff!important;color:#000!important}\
    a{color:#000!important}img{max-width:100%;break-inside:avoid}tr,h1,h2,h3{break-inside:avoid}}";

/// What allows pictures and the styles of the page, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Makes the page of an edition as everybody may see it.
pub(super) fn edition_page(context: &PageContext, frozen: &FrozenEdition) -> String {
    let edition = &frozen.edition;
    let neutral = message::anonymise(edition, frozen.variants.main());
    let address = context.edition_link(&edition.digest, edition.number);
    web_page(&message::inline_images(edition, &neutral.html), &address, &context.link("feed.xml"))
}

/// Makes a web page of a mail's; `address` is its own, `feed` that of the archive.
fn web_page(mail: &str, address: &str, feed: &str) -> String {
    let page = with_rem_sizes(mail);
    let head = format!(
        "<link rel=\"icon\" href=\"data:,\"><link rel=\"canonical\" href=\"{}\">\
         <link rel=\"alternate\" type=\"application/atom+xml\" href=\"{}\"><style>{PRINT_STYLE}</style>",
        escape(address),
        escape(feed)
    );
    let page = match page.find("</head>") {
        Some(at) => format!("{}{head}{}", &page[..at], &page[at..]),
        None => page,
    };
    with_landmark(page)
}

/// Marks what the mail says as the main part of the page, for those who have it read to them.
fn with_landmark(page: String) -> String {
    let start = page.find("<body").and_then(|at| Some(at + page[at..].find('>')? + 1));
    match start.zip(page.rfind("</body>")) {
        Some((start, end)) if start <= end && !page.contains("<main") => {
            format!("{}<main>{}</main>{}", &page[..start], &page[start..end], &page[end..])
        }
        _ => page,
    }
}

/// Writes sizes of text in the reader's own measure where they stand in a style: 16 pixels are 1 rem.
fn with_rem_sizes(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut in_style = false;
    for token in scan_with_conditionals(html) {
        match token {
            Token::Text(css) if in_style => out.push_str(&in_rem(css)),
            Token::Start(tag) => match tag.attributes().find(|one| one.name.eq_ignore_ascii_case("style")) {
                Some(Attribute { start, end, .. }) => {
                    let source = tag.source;
                    out.extend([&source[..start], &in_rem(&source[start..end]), &source[end..]]);
                }
                None => out.push_str(tag.source),
            },
            token => out.push_str(token.source()),
        }
        in_style = matches!(token, Token::Start(tag) if tag.is(&["style"]));
    }
    out
}

/// Changes `font-size: 16px` and `line-height: 24px`, and no other lengths.
fn in_rem(style: &str) -> Cow<'_, str> {
    const NAMES: [&str; 2] = ["font-size:", "line-height:"];
    let mut out = String::new();
    let mut rest = style;
    while let Some((at, name)) = NAMES.iter().filter_map(|name| Some((rest.find(name)?, name))).min() {
        let (before, value) = rest.split_at(at + name.len());
        out.push_str(before);
        let blank = value.len() - value.trim_start_matches(' ').len();
        let digits = value[blank..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len() - blank);
        let after = &value[blank + digits..];
        match value[blank..blank + digits].parse::<f64>() {
            Ok(size) if after.starts_with("px") => {
                out.push_str(&format!("{}rem", (size / 16.0 * 10_000.0).round() / 10_000.0));
                rest = &after["px".len()..];
            }
            _ => rest = value,
        }
    }
    if out.is_empty() {
        return style.into();
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(with_rem_sizes(html), expect);
    }

    #[test]
    fn text_follows_the_reader() {
        check("<p style=\"font-size:13px;margin:4px\">x</p>", "<p style=\"font-size:0.8125rem;margin:4px\">x</p>");
        check("<p style=\"line-height: 24px\">", "<p style=\"line-height:1.5rem\">");
        check("<style>a{font-size:16px}b{width:3px}</style>", "<style>a{font-size:1rem}b{width:3px}</style>");
        check(
            "<p style=\"font-size:0;line-height:1.6;font-size:large\">",
            "<p style=\"font-size:0;line-height:1.6;font-size:large\">",
        );
    }

    #[test]
    fn what_a_post_says_stays() {
        check("<p title=\"font-size:16px\">font-size:16px</p>", "<p title=\"font-size:16px\">font-size:16px</p>");
        check("<style>", "<style>");
        check("5 < 6 font-size:16px", "5 < 6 font-size:16px");
    }

    #[test]
    fn the_head_gains_a_style_and_links() {
        let page = web_page(
            "<html><head><title>t</title></head><body>x</body>",
            "https://a.example/?a&b",
            "https://a.example/feed.xml",
        );
        assert!(page.contains("https://a.example/?a&amp;b") && page.contains("@media print"));
        assert!(page.ends_with("</style></head><body><main>x</main></body>"));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_no_other_text_is_lost(html in "(<style>|</style>|<p style=\"|font-size:|line-height:|1|6px|px|\"|>|<|é| ){0,40}") {
            let strip = |text: &str| text.replace(|c: char| c.is_ascii(), "");
            prop_assert_eq!(strip(&with_rem_sizes(&html)), strip(&html));
        }
    }
}
