//! Who gets the mail: addresses, their state, and the CSV they come in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

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
    pub timezone: Option<chrono_tz::Tz>,
    /// What `audience` asks for.
    pub tags: Vec<String>,
    /// Whether mail may go there.
    pub status: Status,
}

/// The state of a subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Has not confirmed yet.
    Pending,
    /// Gets mail.
    #[default]
    Active,
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

/// One mailbox address (RFC 5321 4.1.2), its domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// The address as written on the envelope.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address for logs: `m…@harbour.example`.
    pub fn masked(&self) -> String {
        let first: String = self.0.chars().take(1).collect();
        format!("{first}…@{}", self.domain())
    }
}

impl FromStr for Address {
    type Err = String;

    /// Takes one address and nothing around it.
    ///
    /// # Errors
    /// Says what is wrong with anything else: no `@`, two addresses, a line break.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim_matches([' ', '\t']);
        if let Some(bad) = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(format!("a control character (U+{:04X}) in the address", u32::from(bad)));
        }
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| format!("`{text}` has no `@`"))?;
        if !local.starts_with('"') && (local.contains('@') || text.contains([',', ';', ' ', '<', '>'])) {
            return Err(format!("`{text}` is not one address"));
        }
        let domain = url::Host::parse(domain).map_err(|_| format!("`{text}` has no valid domain"))?;
        let address = format!("{local}@{domain}");
        if address.len() > 254 {
            return Err("the address is longer than 254 octets".to_owned());
        }
        address.parse::<lettre::Address>().map_err(|_| format!("`{text}` is not an address"))?;
        Ok(Self(address))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
