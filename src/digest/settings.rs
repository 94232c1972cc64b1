//! `[digest.NAME]` of the config: what a digest is made of, and when.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer};

use crate::{
    edition::{ImageUse, Sections},
    schedule::Schedule,
    select::Rules,
    subscriber::{Address, Audience},
    teaser::TeaserOptions,
};

/// A recurring publication: `[digest.NAME]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// The table's name.
    #[serde(skip)]
    pub name: String,
    /// The name for readers. Default: the publication's name.
    pub title: Option<String>,
    /// The subject, Tera, as `{{ posts[0].title }} and {{ posts | length - 1 }} more`. Required.
    pub subject: String,
    /// The line that an inbox shows after the subject, Tera. Default: the first post's teaser.
    #[serde(default = "lead_teaser")]
    pub preheader: String,
    /// The layout: `classic`, `cards`, `plain`, `brief`, or one of your own in `templates/`. Default: `classic`.
    #[serde(default = "classic")]
    pub template: String,
    /// When it is due: `daily 07:30`, `weekly mon 07:30`, `monthly 1 09:00`, `monthly last fri 09:00`,
    /// `quarterly 1 09:00`, `every 2 weeks mon 07:30 from 2026-12-07`, or five cron
    /// fields. Required.
    pub schedule: Schedule,
    /// A run found late by more than this is not simply sent. Default: `2h`.
    #[serde(default = "two_hours", with = "humantime_serde")]
    pub late: Duration,
    /// What becomes of a late run: `send`, `skip` (its posts wait) or `hold` (for `editions approve`). Default: `hold`.
    #[serde(default)]
    pub late_policy: LatePolicy,
    /// Whether an editor is asked first: `none`, `veto` (no answer sends it) or `required` (no answer holds it).
    /// Default: `none`.
    #[serde(default)]
    pub approval: Approval,
    /// How long before its time an edition is frozen and its editor asked. Default: `3h`.
    #[serde(default, with = "humantime_serde")]
    pub approval_window: Option<Duration>,
    /// The address of the editor who is asked. Default: nobody; required with `approval`.
    #[serde(default, deserialize_with = "address")]
    pub editor: Option<Address>,
    /// The names of its sources. Default: all.
    pub sources: Option<Vec<String>>,
    /// Who gets it, by the tags and languages of subscribers, as `{ any = ["weekly"], all = [], none = [], language =
    /// ["de"] }`. Default: every active subscriber.
    #[serde(default)]
    pub audience: Audience,
    /// The editor's own words, Markdown and Tera. Default: none.
    pub intro: Option<String>,
    /// The file that holds them. Default: none.
    pub intro_file: Option<std::path::PathBuf>,
    /// What becomes of the posts' pictures: `link` (names those that can be seen), `embed` (carries them along) or
    /// `none`. Default: `link`.
    #[serde(default)]
    pub image: ImageUse,
    /// What the posts below the first are grouped by: `none`, `source` or `tag` (the first of each post). Default:
    /// `none`.
    #[serde(default)]
    pub sections: Sections,
    /// Looks: `accent`, `background`, `paper`, `ink` (colours), `font`, `heading_font`, `logo` (an https address or a
    /// file), `width` (320 to 800), `radius` (0 to 48). Default: the layout's own.
    #[serde(default, deserialize_with = "words_and_numbers")]
    pub theme: BTreeMap<String, String>,
    /// Replacements of our own words, as `{ read_on = "Keep reading" }`. Default: those of the reader's language.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// An editor's teasers, by the post's URL or id. Default: none.
    #[serde(default)]
    pub teasers: BTreeMap<String, String>,
    /// Which posts go in. Default: as each key says.
    #[serde(default)]
    pub select: Rules,
    /// How teasers are made. Default: as each key says.
    #[serde(default)]
    pub teaser: TeaserOptions,
}

/// What becomes of a run found late: `late_policy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatePolicy {
    /// Sent all the same.
    Send,
    /// Passed over; the posts wait.
    Skip,
    /// FrozenEdition and held for an editor's word.
    #[default]
    Hold,
}

/// Whether an editor is asked before a scheduled edition goes out: `approval`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Nobody is asked.
    #[default]
    None,
    /// Silence sends it.
    Veto,
    /// Silence holds it.
    Required,
}

impl Digest {
    /// How long before its due time an edition is frozen and its editor asked; nothing where nobody is.
    pub fn window(&self) -> Duration {
        match self.approval {
            Approval::None => Duration::ZERO,
            _ => self.approval_window.unwrap_or(THREE_HOURS),
        }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// Reads texts, and whole numbers as texts.
fn words_and_numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "neither a text nor a whole number")]
    enum Value {
        Text(String),
        Number(i64),
    }
    let given = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |value| match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
    };
    Ok(given.into_iter().map(|(key, value)| (key, text(value))).collect())
}

fn classic() -> String {
    "classic".to_owned()
}

fn lead_teaser() -> String {
    "{{ posts[0].teaser }}".to_owned()
}

/// What `approval_window` is where it is left out.
const THREE_HOURS: Duration = Duration::from_secs(3 * 60 * 60);

fn two_hours() -> Duration {
    Duration::from_secs(2 * 60 * 60)
}
