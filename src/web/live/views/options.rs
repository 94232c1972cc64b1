//! How the mail is to look.

use serde::Deserialize;

/// How the mail is to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DisplayOptions {
    /// Whose eyes it is seen with.
    pub client: Client,
    /// By day or by night.
    pub scheme: Scheme,
    /// Whether pictures are shown.
    pub images: Images,
}

/// A mail client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// One that takes everything.
    #[default]
    Any,
    /// Gmail in a browser.
    Gmail,
    /// Outlook for Windows.
    Outlook,
}

/// The colours that the reader's system asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// By day.
    #[default]
    Light,
    /// By night.
    Dark,
}

/// Whether the client loads pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Images {
    /// Yes.
    #[default]
    On,
    /// Only what stands for them.
    Off,
}
