//! One dated number of a digest, frozen.
//!
//! [`digest::compose`](crate::digest::compose) makes an [`Edition`]; [`render`](crate::render) lays it out;
//! the store keeps it. Nothing changes an edition once the store holds it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    image::Embedded,
    post::{Post, PostId},
    teaser::Teaser,
    zone::Zone,
};

/// All that a template may speak of, and nothing of any one subscriber.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// Random, so that a store that was lost never draws the same one again.
    pub id: EditionId,
    /// The digest's name in the config, `weekly`.
    pub digest: String,
    /// Counts the editions of this digest from 1.
    pub number: i64,
    /// When it was frozen; every message of the edition carries it as its Date.
    pub date: DateTime<Utc>,
    /// Who publishes it.
    pub publication: Publication,
    /// The digest's name for readers.
    pub title: String,
    /// The Subject, a Tera template.
    pub subject: String,
    /// The line that clients show after the subject, a Tera template; empty for none.
    pub preheader: String,
    /// The name of the template that lays it out.
    pub template: String,
    /// BCP 47 tag of the variant.
    pub language: String,
    /// The editor's own words, Markdown and Tera.
    pub intro: Option<String>,
    /// What becomes of pictures.
    pub image: ImageUse,
    /// What stands together under a heading; none in editions frozen before there were sections.
    #[serde(default)]
    pub sections: Sections,
    /// The pictures that its messages carry; the posts and the theme name them by `cid:` addresses.
    #[serde(skip)]
    pub images: Vec<Embedded>,
    /// Colours, fonts and the logo, by name.
    pub theme: BTreeMap<String, String>,
    /// The editor's replacements for our own words, by name.
    pub texts: BTreeMap<String, String>,
    /// The selected posts in their order, each with its teaser.
    pub posts: Vec<Item>,
    /// How many posts did not fit under `max`.
    #[serde(default)]
    pub overflow: usize,
    /// Those of them that wait for the next edition, each by its source and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<(String, PostId)>,
    /// Says whether messages of this edition carry a link to unsubscribe: there is none to show without
    /// `web.public_url` or `smtp.unsubscribe_mailto`.
    pub has_unsubscribe: bool,
    /// Where everybody may see it in a browser; none without `web.public_url`, and in editions frozen before.
    #[serde(default)]
    pub archive_url: Option<String>,
}

impl Edition {
    /// The text that stands for `slot` in the rendered parts until a recipient's own value takes its place.
    ///
    /// It holds the edition's random id, so that no post can contain it, and only ASCII letters, digits and
    /// hyphens, so that neither Tera nor MJML nor a URL changes it.
    pub fn marker(&self, slot: Slot) -> String {
        format!("slot-{}-{}", self.id.0, slot.name())
    }
}

/// A place in the rendered parts that differs from recipient to recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The subscriber's name; empty where none is known.
    Name,
    /// The subscriber's address.
    Address,
    /// The subscriber's own link to leave the digest.
    Unsubscribe,
}

impl Slot {
    /// Every slot there is.
    pub const ALL: [Self; 3] = [Self::Name, Self::Address, Self::Unsubscribe];

    /// The slot's name in markers; none is the beginning of another.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// 128 random bits in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditionId(String);

impl EditionId {
    /// Writes 16 random octets as an id.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The id as text, 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who publishes: `[publication]` of the config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The name that readers know. Required.
    pub name: String,
    /// The From mailbox, as `Harbour Notes <notes@harbour.example>`. Required.
    pub from: String,
    /// Where answers go. Default: the From address.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The language of our own words and dates, a BCP 47 tag; a subscriber's own language comes first. Default: `en`.
    #[serde(default = "english")]
    pub language: String,
    /// The time zone of schedules and dates, an IANA name. Default: `UTC`.
    #[serde(default = "utc")]
    pub timezone: Zone,
    /// The postal address in the footer. Default: none.
    #[serde(default)]
    pub address: Option<String>,
}

fn english() -> String {
    "en".to_owned()
}

fn utc() -> Zone {
    Zone::utc()
}

/// A post in its edition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The post as it was when the edition was frozen.
    pub post: Post,
    /// The words that stand for it.
    pub teaser: Teaser,
}

/// What becomes of the posts' pictures: `image` of a digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageUse {
    /// The mail names their address.
    #[default]
    Link,
    /// The mail carries them.
    Embed,
    /// No pictures.
    None,
}

/// What the posts below the first are grouped by: `sections` of a digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sections {
    /// Nothing: they follow one another.
    #[default]
    None,
    /// Where they came from.
    Source,
    /// The first of their tags.
    Tag,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slot_name_begins_another() {
        for a in Slot::ALL {
            for b in Slot::ALL {
                assert!(a == b || !a.name().starts_with(b.name()));
            }
        }
    }

    #[test]
    fn ids_are_32_digits() {
        assert_eq!(EditionId::new([0xa5; 16]).as_str(), "a5".repeat(16));
    }
}
