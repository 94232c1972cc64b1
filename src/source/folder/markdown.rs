//! Markdown as site generators write it, to HTML that is not clean yet.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};

/// A rendered text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// HTML with whatever raw HTML stood in the text.
    pub html: String,
    /// The words of a heading of the first level that begins the text; it is not in `html`.
    pub title: Option<String>,
    /// The HTML before `<!-- more -->`.
    pub lead: Option<String>,
}

/// Renders Markdown with tables, footnotes and strikethrough.
pub fn render(text: &str) -> Rendered {
    let text = without_templates(text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events: Vec<Event<'_>> = Parser::new_ext(&text, options).collect();
    let title = take_title(&mut events);
    let more = events.iter().position(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => is_more(raw),
        _ => false,
    });
    let mut rendered = Rendered { title, ..Rendered::default() };
    rendered.html.reserve(text.len() + text.len() / 4);
    if let Some(at) = more {
        let rest = events.split_off(at);
        push_html(&mut rendered.html, events.into_iter());
        rendered.lead = Some(rendered.html.clone());
        push_html(&mut rendered.html, rest.into_iter());
    } else {
        push_html(&mut rendered.html, events.into_iter());
    }
    rendered
}

fn is_more(raw: &str) -> bool {
    let raw = raw.trim();
    let inner = raw.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    inner.is_some_and(|inner| matches!(inner.trim(), "more" | "excerpt" | "truncate" | "readmore"))
}

/// Removes the heading that begins the text, if it is of the first level.
fn take_title(events: &mut Vec<Event<'_>>) -> Option<String> {
    if !matches!(events.first(), Some(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))) {
        return None;
    }
    let end = events.iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let words: String = events[..end]
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    let title = crate::html::plain_line(&words.replace('&', "&amp;").replace('<', "&lt;"));
    if title.is_empty() {
        return None;
    }
    events.drain(..=end);
    Some(title)
}

/// Takes out of MDX what is code: `import` and `export` lines, `{/* comments */}`, and components, whose text is kept.
pub fn without_jsx(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    let mut in_export = false;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        in_code ^= start.starts_with("```") || start.starts_with("~~~");
        if in_code || start.starts_with("```") || start.starts_with("~~~") {
            out.push_str(line);
            continue;
        }
        // What an `import` or `export` begins goes on until an empty line (MDX 2).
        in_export =
            !line.trim().is_empty() && (in_export || line.starts_with("import ") || line.starts_with("export "));
        if in_export {
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find(['<', '{']) {
            out.push_str(&rest[..at]);
            let inner = &rest[at + 1..];
            let name = inner.trim_start_matches('/');
            let is_component =
                rest[at..].starts_with('<') && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '>');
            let end =
                if rest[at..].starts_with('{') { inner.find('}') } else { inner.find('>').filter(|_| is_component) };
            match end {
                Some(end) => rest = &inner[end + 1..],
                None => {
                    out.push_str(&rest[at..=at]);
                    rest = inner;
                }
            }
        }
        out.push_str(rest);
    }
    out
}

/// Drops Liquid tags (`{% … %}`, `{{ … }}`) and Hugo's and Zola's shortcodes (`{{< … >}}`) outside code; what
/// stands between a pair of them stays, but for comments.
pub fn without_templates(text: &str) -> String {
    if !text.contains("{{") && !text.contains("{%") && !text.contains("{#") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
        let start = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|marker| start.starts_with(marker));
        match (fence, marker) {
            (None, Some(marker)) => fence = Some(marker),
            (Some(open), Some(marker)) if open == marker => fence = None,
            _ => {}
        }
        if fence.is_some() || marker.is_some() || line.starts_with("    ") || line.starts_with('\t') {
            out.push_str(line);
            rest = &rest[line.len()..];
        } else {
            rest = plain_line(rest, line.len(), &mut out);
        }
    }
    out
}

/// Copies one line without templates; returns what follows it, or what follows a template that spans lines.
fn plain_line<'a>(text: &'a str, length: usize, out: &mut String) -> &'a str {
    let (mut rest, mut left) = (text, length);
    while left > 0 {
        let Some(at) = rest[..left].find(['{', '`']) else { break };
        out.push_str(&rest[..at]);
        (rest, left) = (&rest[at..], left - at);
        let skip = if rest.starts_with('`') {
            // Code that ends in this line is copied whole.
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let code = rest[ticks..left.max(ticks)].find(&rest[..ticks]).map_or(ticks, |end| end + 2 * ticks).min(left);
            out.push_str(&rest[..code]);
            code
        } else if let Some(length) = template(rest) {
            length
        } else {
            out.push('{');
            1
        };
        rest = &rest[skip..];
        if skip > left {
            return rest;
        }
        left -= skip;
    }
    out.push_str(&rest[..left]);
    &rest[left..]
}

/// The length of the template at the start of `text`; a pair of comment or raw tags goes with its content.
fn template(text: &str) -> Option<usize> {
    const FURTHEST: usize = 2_000;
    let mut near = text.len().min(FURTHEST);
    while !text.is_char_boundary(near) {
        near -= 1;
    }
    let near = &text[..near];
    let close = match near.get(..2)? {
        "{{" => "}}",
        "{%" => "%}",
        "{#" => "#}",
        _ => return None,
    };
    let end = near.find(close)? + 2;
    let word = near[2..end].trim_start_matches(['-', ' ']).split_whitespace().next().unwrap_or_default();
    if close == "%}" && word == "comment" {
        return near.find("endcomment").and_then(|at| near[at..].find("%}").map(|more| at + more + 2)).or(Some(end));
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(render(text).html.trim_end(), expect);
    }

    #[test]
    fn markdown_is_rendered() {
        check("One *two*\n\n- a\n- b", "<p>One <em>two</em></p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
        check("\"a\" -- b", "<p>\"a\" -- b</p>");
        check("~~a~~", "<p><del>a</del></p>");
        assert!(render("|a|b|\n|-|-|\n|1|2|").html.contains("<td>2</td>"));
    }

    #[test]
    fn a_first_heading_is_the_title() {
        let rendered = render("# A *boat* & `b`\n\nText");
        assert_eq!((rendered.title.as_deref(), rendered.html.as_str()), (Some("A boat & b"), "<p>Text</p>\n"));
        assert_eq!(render("Text\n\n# Later").title, None);
    }

    #[test]
    fn what_stands_before_more_is_the_lead() {
        assert_eq!(render("Lead.\n\n<!-- more -->\n\nRest.").lead.as_deref(), Some("<p>Lead.</p>\n"));
        assert_eq!(render("Rest.").lead, None);
    }

    #[test]
    fn templates_go_outside_code() {
        check("a {{ page.title }} b {% include x.html %}c", "<p>a  b c</p>");
        check("{{< figure src=\"a.png\" >}}\n\nText", "<p>Text</p>");
        check("{% highlight rust %}\nlet a = 1;\n{% endhighlight %}", "<p>let a = 1;</p>");
        check("Use `{{ x }}` here", "<p>Use <code>{{ x }}</code> here</p>");
        check("```\n{{ x }}\n```", "<pre><code>{{ x }}\n</code></pre>");
        check("a {%\n x\n%} b", "<p>a  b</p>");
        check("a {{ open", "<p>a {{ open</p>");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(\\{\\{|\\}\\}|\\{%|%\\}|`|```|\n|a|# |é|    ){0,30}") {
            let _ = render(&text);
        }
    }
}
