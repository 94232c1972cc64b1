//! The tables of `tidings.toml` as they are written.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer};
use toml::Value;
use url::Url;

use super::{
    diagnostic::{Diagnostic, Document, nearest},
    way::Step,
};
use crate::{
    deliver::{InDoubt, Tls},
    digest::Digest,
    edition::Publication,
    source::Selectors,
    subscriber::Address,
    zone::Zone,
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) publication: Publication,
    pub(super) source: Vec<SourceTable>,
    pub(super) digest: BTreeMap<String, Digest>,
    pub(super) smtp: Smtp,
    #[serde(default)]
    pub(super) dkim: Vec<Dkim>,
    #[serde(default)]
    pub(super) web: Web,
    #[serde(default)]
    pub(super) store: Store,
    #[serde(default)]
    pub(super) fetch: Fetch,
    #[serde(default)]
    pub(super) subscribers: Subscribers,
    pub(super) llm: Option<Llm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) name: String,
    pub(super) feed: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) page: Option<String>,
    pub(super) listing: Option<String>,
    pub(super) base_url: Option<Url>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) full_text: bool,
    pub(super) select: Option<Selectors>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Smtp {
    pub(super) url: String,
    pub(super) tls: Option<Tls>,
    pub(super) tls_ca: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password_file: Option<String>,
    pub(super) password_command: Option<String>,
    pub(super) helo: Option<String>,
    pub(super) connections: Option<u16>,
    #[serde(default, deserialize_with = "rate")]
    pub(super) rate: Option<f64>,
    pub(super) return_path: Option<String>,
    #[serde(default, deserialize_with = "address")]
    pub(super) unsubscribe_mailto: Option<Address>,
    pub(super) in_doubt: Option<InDoubt>,
    pub(super) retry: Option<Vec<humantime_serde::Serde<Duration>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dkim {
    pub(super) domain: String,
    pub(super) selector: String,
    pub(super) key_file: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Web {
    pub(super) listen: Option<std::net::SocketAddr>,
    pub(super) public_url: Option<Url>,
    #[serde(deserialize_with = "address")]
    pub(super) alert: Option<Address>,
    pub(super) ping: Option<Url>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Store {
    pub(super) url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fetch {
    #[serde(with = "humantime_serde")]
    pub(super) timeout: Option<Duration>,
    #[serde(deserialize_with = "octets")]
    pub(super) max_bytes: Option<usize>,
    #[serde(default)]
    pub(super) allow_private: bool,
    pub(super) user_agent: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Subscribers {
    pub(super) file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Llm {
    pub(super) base_url: Url,
    pub(super) model: String,
    pub(super) api_key_file: Option<String>,
    pub(super) api_key_command: Option<String>,
    #[serde(default, with = "humantime_serde")]
    pub(super) timeout: Option<Duration>,
    pub(super) requests: Option<usize>,
    pub(super) tokens: Option<u64>,
    pub(super) at_once: Option<usize>,
    #[serde(default, deserialize_with = "octets")]
    pub(super) max_bytes: Option<usize>,
}

/// Reads a rate: `50/s`, `600/m`, `9000/h`; messages per second.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let seconds = |unit| match unit {
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        "d" => Some(86_400.0),
        _ => None,
    };
    let read = || {
        let (count, unit) = text.split_once('/')?;
        let rate = count.trim().parse::<f64>().ok()? / seconds(unit.trim())?;
        (rate.is_finite() && rate > 0.0).then_some(rate)
    };
    read().map(Some).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no rate like `50/s`")))
}

/// Reads a size: `10MB`, `512KB`, `100000`; octets.
fn octets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    let factor = match text[text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len()..].to_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => 0,
    };
    match digits.parse::<usize>().ok().and_then(|count| count.checked_mul(factor)).filter(|octets| *octets > 0) {
        Some(octets) => Ok(Some(octets)),
        None => Err(serde::de::Error::custom(format!("`{text}` is no size like `10MB`"))),
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// Reads the tables; a fault is shown where it stands.
pub(super) fn read(config: Value, document: &Document<'_>) -> Result<File, Diagnostic> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let mut way: Vec<Step> = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                serde_path_to_error::Segment::Map { key } => Some(Step::Key(key.clone())),
                serde_path_to_error::Segment::Seq { index } => Some(Step::Index(*index)),
                _ => None,
            })
            .collect();
        let message = error.inner().message().trim().to_owned();
        explain(&mut way, &message, document)
    })
}

/// Says whether the one key of a config does not take a string. It lacks much else; that does not count.
pub(super) fn refuses_text(config: Value) -> bool {
    File::deserialize(config).is_err_and(|error| error.message().starts_with("invalid type: string"))
}

/// Puts serde's complaint into our words.
fn explain(way: &mut Vec<Step>, message: &str, document: &Document<'_>) -> Diagnostic {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default().to_owned();
    let known: Vec<&str> = quoted.collect();
    if message.starts_with("unknown field") {
        if way.last() != Some(&Step::Key(first.clone())) {
            way.push(Step::Key(first.clone()));
        }
        return document.unknown(way, known);
    }
    if message.starts_with("missing field") {
        way.push(Step::Key(first));
        let name = dotted(way);
        return match &way[..way.len() - 1] {
            [] => document.whole(format!("`{name}` is missing")),
            table => document.value(table, format!("`{name}` is missing")),
        };
    }
    let (message, hint) = message.split_once("\nhint: ").map_or((message, None), |(what, hint)| (what, Some(hint)));
    let fault = document.value(way, format!("`{}`: {message}", dotted(way)));
    let zones;
    let near = if message.starts_with("unknown variant") {
        nearest(&first, known.iter().copied())
    } else if message.starts_with("there is no time zone") {
        zones = Zone::names();
        nearest(&first, zones.iter().map(String::as_str))
    } else {
        None
    };
    match (hint, near) {
        (Some(hint), _) => fault.hint(hint),
        (None, Some(near)) => fault.hint(format!("did you mean `{near}`?")),
        (None, None) => fault,
    }
}

fn dotted(way: &[Step]) -> String {
    let mut text = String::new();
    for step in way {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}
