//! Parts and a recipient in, the octets of one message out.
//!
//! lettre builds the message of each variant once, with places for what is a recipient's own; a [`MessageTemplate`] is
//! cut from what it wrote, and a message is a join. The same edition, subscriber and occasion give the same octets, on
//! every try and every machine.

mod anonymous;
mod base64;
mod body;
pub mod dkim;
mod error;
mod fields;
mod header_text;
mod ids;
mod mime;
mod notice;
mod outgoing;
mod personal;
mod pictures;
mod quoted_printable;
mod slots;
mod template;
mod unsubscribe;
#[cfg(test)]
mod whole;

pub use anonymous::{anonymise, anonymise_line};
pub use error::Error;
pub use header_text::parse_mailbox;
pub use ids::{check_return_path, is_own_message_id, read_message_id, read_return_path};
pub use notice::{OperatorNotice, editor_link, operator_notice};
pub use outgoing::{EchoField, Message, Occasion, Sender};
pub use personal::{PersonalParts, personalise};
pub use pictures::inline_images;
pub use template::{MessageTemplate, fill_once};
pub use unsubscribe::{page_url, unsubscribe_link};

#[cfg(test)]
mod tests;
