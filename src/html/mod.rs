//! Untrusted HTML in; clean, well-formed HTML or plain text out.

mod blocks;
mod clean;
mod escape;
mod hidden;
mod image;
mod length;
mod markup_blocks;
mod plain;
mod scan;

pub use blocks::{Block, BlockKind, blocks, text};
pub use clean::clean;
pub use escape::escape;
pub use image::{MIN_SIDE, first_image, is_icon, with_sources};
pub use length::{fits, shorten};
pub use length::{is_within_limits, limit};
pub use markup_blocks::markup_blocks;
pub use plain::plain_line;

pub(crate) use clean::MAX_ARTICLE;
pub(crate) use escape::{is_one_of, is_void};
pub(crate) use plain::decode_entities;
pub(crate) use scan::{Attribute, CDATA, Tag, Token, is_conditional, scan, scan_with_conditionals, scan_xml};
