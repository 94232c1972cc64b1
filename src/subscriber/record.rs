//! Someone who gets the mail, and whether they do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::address::Address;
use crate::{html, zone::Zone};

/// Someone who gets editions.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscriber {
    /// The number in the store; 0 where it is not in one.
    pub id: i64,
    /// Where mail goes.
    pub address: Address,
    /// One line of plain text.
    pub name: Option<String>,
    /// BCP 47 tag; the publication's where none is set.
    pub language: Option<String>,
    /// IANA name.
    pub timezone: Option<Zone>,
    /// What `audience` asks for.
    pub tags: Vec<String>,
    /// Whether mail may go there.
    pub status: Status,
}

impl Subscriber {
    /// An address as a subscriber that no store knows.
    pub fn stranger(address: Address) -> Self {
        Self { id: 0, address, name: None, language: None, timezone: None, tags: Vec::new(), status: Status::Active }
    }

    /// Someone who stands for the readers in a preview.
    pub fn sample() -> Self {
        Self::stranger(Address::example())
    }
}

/// Longer names than this greet nobody: graphemes.
const MAX_NAME: usize = 200;

/// A name as one line of plain text, cut where it is too long for a greeting; `None` for one that says nothing.
pub fn plain_name(text: &str) -> Option<String> {
    Some(html::shorten(&html::plain_line(text), MAX_NAME)).filter(|name| !name.is_empty())
}

/// The state of a subscriber; of two that are said of one, the later one here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Gets mail.
    #[default]
    Active,
    /// Has not confirmed yet.
    Pending,
    /// Left by their own wish. Only they come back.
    Unsubscribed,
    /// The address does not work, or its owner complained.
    Suppressed,
}

impl Status {
    /// The state's name as the CSV and the store write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Unsubscribed => "unsubscribed",
            Self::Suppressed => "suppressed",
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pending" => Ok(Self::Pending),
            "active" => Ok(Self::Active),
            "unsubscribed" => Ok(Self::Unsubscribed),
            "suppressed" => Ok(Self::Suppressed),
            _ => Err(format!("unknown status `{text}`, one of pending, active, unsubscribed, suppressed")),
        }
    }
}
