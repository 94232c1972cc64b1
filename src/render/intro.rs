//! The editor's words, Markdown in; HTML and plain text out.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::html;

/// Makes clean, well-formed HTML; every heading stands under the edition's own.
pub(super) fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH).map(|event| match event {
        Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(HeadingLevel::H2)),
        other => other,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    html::clean(&out, None)
}

/// Makes plain text; a link's address follows its words.
pub(super) fn to_text(markdown: &str) -> String {
    let mut out = String::new();
    let mut links = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            Event::Rule => out.push_str("* * *\n\n"),
            Event::Start(Tag::Item) => out.push_str("- "),
            Event::Start(Tag::Link { dest_url, .. }) => links.push((out.len(), dest_url)),
            Event::End(TagEnd::Link) => {
                if let Some((start, address)) = links.pop()
                    && out.get(start..) != Some(&*address)
                    && ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
                {
                    out.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::Item) => {
                let kept = out.trim_end().len();
                out.truncate(kept);
                out.push('\n');
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => out.push_str("\n\n"),
            Event::End(TagEnd::List(_)) => out.push('\n'),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_addresses_and_lists() {
        let markdown = "# Hello\n\nDear *reader*, see [us](https://h.example/).\n\n- one\n- two\n\nBye";
        assert_eq!(to_text("[here](javascript:alert)"), "here");
        assert_eq!(to_text(markdown), "Hello\n\nDear reader, see us (https://h.example/).\n\n- one\n- two\n\nBye");
    }

    #[test]
    fn html_has_no_second_main_heading() {
        assert!(to_html("# Hello").contains("<h2>Hello</h2>"));
    }
}
