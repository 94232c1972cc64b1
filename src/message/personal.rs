//! The parts of an edition as one recipient sees them.

use crate::{edition::Edition, render::Rendered, subscriber::Subscriber};

use super::{
    header_text as text,
    outgoing::{Occasion, Sender},
    slots::{self, Values},
    unsubscribe,
};

/// The parts of an edition as one recipient sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalParts {
    /// One line of plain text.
    pub subject: String,
    /// The HTML part, LF line ends.
    pub html: String,
    /// The text part, LF line ends.
    pub text: String,
}

/// Puts one recipient's values into the slots of the parts: a preview and a message show the same.
pub fn personalise(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> PersonalParts {
    let values = Values::new(subscriber, unsubscribe::unsubscribe_link(edition, subscriber, sender, occasion));
    let markers = slots::markers(edition);
    let plain = |text: &str| slots::fill(&slots::cut(text, &markers), |slot| values.of(slot).into());
    let html = slots::cut(&slots::line_feeds(&parts.html), &markers);
    PersonalParts {
        subject: text::line(&plain(&parts.subject)),
        html: slots::fill(&html, |slot| values.in_html(slot).into()),
        text: plain(&slots::line_feeds(&parts.text)),
    }
}
