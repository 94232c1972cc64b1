//! Reading order: the blocks of an article, or its text.

use super::{
    escape::{has_no_text, is_block, is_forbidden, is_one_of},
    plain::{decode_entities, push_folded},
    scan::{Token, scan},
};

/// A piece of an article in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its words as one line of plain text.
    pub text: String,
}

/// The kinds of [`Block`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// One item of a list.
    ListItem,
    /// A heading of this level, 1 to 6.
    Heading(u8),
    /// A quotation.
    Quote,
    /// Code or preformatted text.
    Code,
    /// The words under a picture.
    Caption,
    /// A table.
    Table,
}

/// Splits clean HTML into its blocks, in reading order.
///
/// Text that stands in no block of its own counts as a paragraph, two line breaks in a row part two
/// paragraphs, and a table that only lays out other blocks is no table.
pub fn blocks(html: &str) -> Vec<Block> {
    let mut reader = BlockReader::new(false);
    reader.read(html);
    reader.blocks
}

/// Flattens HTML to plain text, a blank line between blocks; line breaks inside a block are kept.
pub fn text(html: &str) -> String {
    let mut reader = BlockReader::new(true);
    reader.read(html);
    let mut out = String::with_capacity(html.len() / 2);
    for block in &reader.blocks {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&block.text);
    }
    out
}

/// Deeper than this nothing changes the kind of a block any more.
const MAX_DEPTH: usize = 512;

struct BlockReader<'a> {
    blocks: Vec<Block>,
    words: String,
    open: Vec<&'a str>,
    after_break: bool,
    keep_lines: bool,
}

impl<'a> BlockReader<'a> {
    fn new(keep_lines: bool) -> Self {
        Self { blocks: Vec::new(), words: String::new(), open: Vec::new(), after_break: false, keep_lines }
    }

    fn read(&mut self, html: &'a str) {
        let data_tables = data_tables(html);
        let mut table = 0;
        let mut rest = scan(html);
        while let Some(token) = rest.next() {
            match token {
                Token::Text(text) => self.words(text),
                Token::Start(tag) if has_no_text(tag.name) => rest.skip_content(tag.name),
                Token::Start(tag) => {
                    let data = tag.is(&["table"]) && {
                        table += 1;
                        data_tables.get(table - 1).copied().unwrap_or_default()
                    };
                    self.start(tag.name, data);
                }
                Token::End(tag) => self.end(tag.name),
                Token::Comment(_) => {}
            }
        }
        self.flush();
    }

    fn start(&mut self, name: &'a str, data_table: bool) {
        if name.eq_ignore_ascii_case("br") {
            return self.line_break();
        }
        if self.in_table() {
            if is_one_of(name, &["td", "th", "tr"]) {
                self.cell();
            }
        } else if is_block(name) {
            self.flush();
        }
        if self.open.len() < MAX_DEPTH && names_kind(name) {
            self.open.push(if data_table { DATA_TABLE } else { name });
        }
    }

    fn end(&mut self, name: &str) {
        if self.in_table() {
            if name.eq_ignore_ascii_case("table") {
                self.flush();
            } else if is_one_of(name, &["td", "th", "caption"]) {
                self.cell();
            }
        } else if is_block(name) {
            self.flush();
        }
        if names_kind(name) {
            let same = |open: &&str| {
                open.eq_ignore_ascii_case(name) || (*open == DATA_TABLE && name.eq_ignore_ascii_case("table"))
            };
            if let Some(at) = self.open.iter().rposition(same) {
                self.open.truncate(at);
            }
        }
    }

    fn words(&mut self, text: &str) {
        let text = decode_entities(text);
        if self.after_break && !text.trim().is_empty() {
            self.after_break = false;
        }
        if self.keep_lines && self.open.iter().any(|open| open.eq_ignore_ascii_case("pre")) {
            self.words.extend(text.chars().filter(|c| !is_forbidden(*c)));
        } else if self.keep_lines && self.words.ends_with('\n') {
            push_folded(&mut self.words, text.trim_start());
        } else {
            push_folded(&mut self.words, &text);
        }
    }

    fn line_break(&mut self) {
        if self.after_break && !self.in_table() && !self.open.iter().any(|open| open.eq_ignore_ascii_case("pre")) {
            self.flush();
            return;
        }
        self.after_break = true;
        let end = self.words.trim_end_matches(' ').len();
        if end > 0 {
            self.words.truncate(end);
            self.words.push(if self.keep_lines { '\n' } else { ' ' });
        }
    }

    /// Parts the cells of a table.
    fn cell(&mut self) {
        let end = self.words.trim_end().len();
        self.words.truncate(end);
        if end > 0 {
            self.words.push_str(if self.words.ends_with(" |") { " " } else { " | " });
        }
    }

    fn in_table(&self) -> bool {
        self.open.contains(&DATA_TABLE)
    }

    fn flush(&mut self) {
        self.after_break = false;
        let kind = self.kind();
        let words = self.words.trim_matches('\n').trim_end();
        let words = match kind {
            BlockKind::Table => words.trim_end_matches([' ', '|']),
            BlockKind::Code => words,
            _ => words.trim_start(),
        };
        if !words.is_empty() {
            self.blocks.push(Block { kind, text: words.to_owned() });
        }
        self.words.clear();
    }

    /// The innermost element that names a kind decides.
    fn kind(&self) -> BlockKind {
        let Some(innermost) = self.open.last() else { return BlockKind::Paragraph };
        if self.in_table() {
            return BlockKind::Table;
        }
        let lower = innermost.to_ascii_lowercase();
        match lower.as_str() {
            "pre" => BlockKind::Code,
            "li" | "dt" | "dd" => BlockKind::ListItem,
            "blockquote" => BlockKind::Quote,
            "figcaption" | "caption" => BlockKind::Caption,
            heading if heading.len() == 2 => BlockKind::Heading(heading.as_bytes()[1].clamp(b'1', b'6') - b'0'),
            _ => BlockKind::Paragraph,
        }
    }
}

/// Stands in the list of open elements for a table that holds data.
const DATA_TABLE: &str = "table of data";

/// For each table in order of its start: whether it holds data. One of one row or one column is layout, and
/// so is one that holds a table or blocks, or paragraphs without a headed column.
pub(super) fn data_tables(html: &str) -> Vec<bool> {
    #[derive(Default)]
    struct Table {
        rows: usize,
        cells: usize,
        headed: bool,
        breaks: usize,
        layout: bool,
    }
    let mut all: Vec<Table> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    if !html.contains("<t") && !html.contains("<T") {
        return Vec::new();
    }
    for token in scan(html) {
        match token {
            Token::Start(tag) if tag.is(&["table"]) => {
                if let Some(outer) = open.last() {
                    all[*outer].layout = true;
                }
                open.push(all.len());
                all.push(Table::default());
            }
            Token::End(tag) if tag.is(&["table"]) => drop(open.pop()),
            Token::Start(tag) => {
                let Some(table) = open.last().map(|inner| &mut all[*inner]) else { continue };
                match tag.name.to_ascii_lowercase().as_str() {
                    "tr" => table.rows += 1,
                    "td" => table.cells += 1,
                    "th" => (table.cells, table.headed) = (table.cells + 1, true),
                    "p" | "br" => table.breaks += 1,
                    "div" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "blockquote" | "article" => table.layout = true,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let data = |table: &Table| {
        table.rows > 1 && table.cells > table.rows && !table.layout && (table.headed || table.breaks < 2)
    };
    all.iter().map(data).collect()
}

fn names_kind(name: &str) -> bool {
    const NAMES: &[&str] =
        &["pre", "li", "dt", "dd", "blockquote", "figcaption", "caption", "table", "h1", "h2", "h3", "h4", "h5", "h6"];
    is_one_of(name, NAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expect: &[(BlockKind, &str)]) {
        let blocks = blocks(html);
        let read: Vec<_> = blocks.iter().map(|block| (block.kind, block.text.as_str())).collect();
        assert_eq!(read, expect);
    }

    #[test]
    fn blocks_come_in_reading_order_with_their_kinds() {
        use BlockKind::*;
        check(
            "<p>One <b>two</b>\n three.</p>bare<p>x</p>",
            &[(Paragraph, "One two three."), (Paragraph, "bare"), (Paragraph, "x")],
        );
        check("<h2>A</h2><ul><li>b<li><p>c</p></li></ul>", &[(Heading(2), "A"), (ListItem, "b"), (ListItem, "c")]);
        check("<blockquote><p>Q</p></blockquote><pre>a\n  b</pre>", &[(Quote, "Q"), (Code, "a b")]);
        check("<figure><img /><figcaption>C</figcaption></figure>t", &[(Caption, "C"), (Paragraph, "t")]);
        check("one<br />two<br /><br />three", &[(Paragraph, "one two"), (Paragraph, "three")]);
        check("", &[]);
    }

    #[test]
    fn tables_of_data_are_tables_and_tables_of_layout_are_not() {
        use BlockKind::*;
        check(
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>x",
            &[(Table, "a | b | 1 | 2"), (Paragraph, "x")],
        );
        check("<table><tr><td><div>a</div></td></tr></table>", &[(Paragraph, "a")]);
    }

    #[test]
    fn text_parts_blocks_by_blank_lines() {
        assert_eq!(text("<p>One &amp; two</p><p>three<br />four</p>five"), "One & two\n\nthree\nfour\n\nfive");
        assert_eq!(text("<pre>a\n  b</pre>"), "a\n  b");
    }

    #[test]
    fn deep_and_broken_input_is_read_in_linear_time() {
        for piece in ["<blockquote>", "<li>", "</div>", "<table><td>", "<!--", "<svg>", "<a b='"] {
            let _ = blocks(&piece.repeat(100_000));
        }
    }
}
