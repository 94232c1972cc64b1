//! Markdown, as a terminal shows it.

use std::mem;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use super::output::table;

/// Lays Markdown out in lines of at most `width` columns, headings bold where `is_styled`.
///
/// Links to other pages of the guide are gathered below it, as the commands that show them.
pub(super) fn lay_out(markdown: &str, width: usize, is_styled: bool) -> String {
    let mut page = Page { width, is_styled, ..Page::default() };
    Parser::new_ext(markdown, Options::ENABLE_TABLES).for_each(|event| page.add(event));
    if !page.related.is_empty() {
        page.text = format!("See also: {}", page.related.join(", "));
        page.paragraph();
    }
    page.out
}

/// A page that is being laid out.
#[derive(Default)]
struct Page {
    width: usize,
    is_styled: bool,
    out: String,
    /// The words of the paragraph, heading or cell that is being read.
    text: String,
    in_code: bool,
    in_item: bool,
    link: String,
    cells: Vec<String>,
    table: Option<comfy_table::Table>,
    related: Vec<String>,
}

impl Page {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.text.push_str(&text),
            Event::Code(code) => self.text.push_str(&format!("`{code}`")),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Start(Tag::Link { dest_url, .. }) => self.link = dest_url.into_string(),
            Event::End(TagEnd::Link) => self.end_link(),
            Event::Start(Tag::CodeBlock(_)) => self.in_code = true,
            Event::End(TagEnd::CodeBlock) => self.code(),
            Event::Start(Tag::Item) => self.in_item = true,
            Event::End(TagEnd::Heading(_)) => self.heading(),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => self.paragraph(),
            Event::End(TagEnd::List(_)) => self.out.push('\n'),
            Event::End(TagEnd::TableCell) => self.cells.push(mem::take(&mut self.text)),
            Event::End(TagEnd::TableHead) => {
                let header = mem::take(&mut self.cells);
                let mut table = table(&header.iter().map(String::as_str).collect::<Vec<_>>());
                table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
                table.set_width(u16::try_from(self.width).unwrap_or(u16::MAX));
                self.table = Some(table);
            }
            Event::End(TagEnd::TableRow) => {
                let cells = mem::take(&mut self.cells);
                if let Some(table) = &mut self.table {
                    table.add_row(cells);
                }
            }
            Event::End(TagEnd::Table) => {
                let lines = self.table.take().map(|table| table.to_string()).unwrap_or_default();
                lines.lines().for_each(|line| self.line("", line.trim_end()));
                self.out.push('\n');
            }
            _ => {}
        }
    }

    fn line(&mut self, indent: &str, line: &str) {
        self.out.push_str(indent);
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn end_link(&mut self) {
        let link = mem::take(&mut self.link);
        match link.strip_suffix(".md") {
            Some(page) if !page.contains('/') => {
                let command = format!("`tidings help {page}`");
                if !self.related.contains(&command) {
                    self.related.push(command);
                }
            }
            _ if link.starts_with("http") => self.text.push_str(&format!(" ({link})")),
            _ => {}
        }
    }

    fn heading(&mut self) {
        let text = mem::take(&mut self.text);
        let line = if self.is_styled { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text };
        self.line("", &line);
        self.out.push('\n');
    }

    fn code(&mut self) {
        self.in_code = false;
        for line in mem::take(&mut self.text).lines() {
            self.line(if line.is_empty() { "" } else { "    " }, line);
        }
        self.out.push('\n');
    }

    /// Breaks the words into lines; an item of a list hangs on its dash.
    fn paragraph(&mut self) {
        let text = mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        let is_item = mem::take(&mut self.in_item);
        let (mut indent, hanging) = if is_item { ("- ", "  ") } else { ("", "") };
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && indent.width() + line.width() + 1 + word.width() > self.width {
                self.line(indent, &mem::take(&mut line));
                indent = hanging;
            }
            line.extend((!line.is_empty()).then_some(" ").into_iter().chain([word]));
        }
        self.line(indent, &line);
        if !is_item {
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, expect: &str) {
        assert_eq!(lay_out(markdown, 30, false), expect);
    }

    #[test]
    fn words_are_broken_into_lines_and_code_is_not() {
        check("# One *thing*\n\nTwo\nwords.", "One thing\n\nTwo words.\n\n");
        check("so many words that no line can hold them", "so many words that no line can\nhold them\n\n");
        check("```toml\na = 1\n\nb = 2\n```", "    a = 1\n\n    b = 2\n\n");
        check("- one and more of it than fits\n- `two`", "- one and more of it than fits\n- `two`\n\n");
        check("<!-- a note to ourselves -->\n\nText.", "Text.\n\n");
    }

    #[test]
    fn tables_stay_within_the_width() {
        let page = lay_out("| key | does |\n|---|---|\n| `max` | at most so many posts go in, not more |\n", 30, false);
        assert!(page.lines().all(|line| line.width() <= 30) && page.lines().count() > 3, "{page}");
        assert!(page.contains("`max`") && !page.contains('|'), "{page}");
    }

    #[test]
    fn links_say_where_they_lead() {
        check("See [posts].\n\n[posts]: posts.md", "See posts.\n\nSee also: `tidings help posts`\n\n");
        check("By [us](https://a.example).", "By us (https://a.example).\n\n");
    }
}
