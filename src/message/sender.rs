use std::sync::Arc;

use url::Url;

use crate::{subscriber::Address, token::Keys};

use super::dkim;

/// What every message of a publication shares.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Signs links, Message-IDs and return paths.
    pub keys: Keys,
    /// Where unsubscribe links lead: `web.public_url`.
    pub public_url: Option<Url>,
    /// `smtp.unsubscribe_mailto`.
    pub unsubscribe_mailto: Option<Address>,
    /// `smtp.return_path`, `{{ token }}` in it for VERP; the From address where left out.
    pub return_path: Option<String>,
    /// `[[dkim]]`: each puts its signature before the message.
    pub signers: Arc<[dkim::Signer]>,
}
