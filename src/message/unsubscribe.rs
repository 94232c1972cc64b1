//! The ways to leave a digest: a page of ours, a mail to write.

use url::Url;

use crate::{
    edition::Edition,
    subscriber::{Address, Subscriber},
    token::{Keys, Purpose, Subject},
};

use super::outgoing::{Occasion, Sender};

/// The recipient's link to leave the digest: a page where there is one, else a mail to write.
pub fn unsubscribe_link(
    edition: &Edition,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Option<String> {
    UnsubscribeWays::new(sender).link(&token(&sender.keys, &edition.digest, subscriber, occasion))
}

/// The token of a recipient's unsubscribe link: the subscriber's number and the digest, signed; the address
/// nowhere in it.
pub(super) fn token(keys: &Keys, digest: &str, subscriber: &Subscriber, occasion: Occasion) -> String {
    let purpose = match occasion {
        Occasion::Send => Purpose::Unsubscribe,
        Occasion::Sample(_) => Purpose::Sample,
    };
    keys.sign(purpose, &Subject { subscriber: subscriber.id, of: digest.to_owned() }.payload())
}

/// The ways to leave a digest, up to the token that ends each of them.
#[derive(Debug)]
pub(super) struct UnsubscribeWays {
    page: Option<String>,
    mail: Option<String>,
}

impl UnsubscribeWays {
    /// A page of ours; a mail with the token as its subject.
    pub(super) fn new(sender: &Sender) -> Self {
        let page = sender.public_url.as_ref().and_then(|url| page_url(url, &["u", ""]));
        let mail = sender.unsubscribe_mailto.as_ref().map(|address| format!("{}?subject=", mailto(address)));
        Self { page, mail }
    }

    /// The link that the parts show.
    pub(super) fn link(&self, token: &str) -> Option<String> {
        self.page.as_ref().or(self.mail.as_ref()).map(|way| format!("{way}{token}"))
    }

    /// The value of List-Unsubscribe, where there is a way at all (RFC 2369 3.2).
    pub(super) fn field(&self, token: &str) -> Option<String> {
        let ways: Vec<String> =
            [&self.page, &self.mail].into_iter().flatten().map(|way| format!("<{way}{token}>")).collect();
        (!ways.is_empty()).then(|| ways.join(",\r\n "))
    }

    /// Says whether a single POST suffices (RFC 8058: https only).
    pub(super) fn is_one_click(&self) -> bool {
        self.page.as_ref().is_some_and(|page| page.starts_with("https:"))
    }
}

/// The address of one of our pages: `public_url` with `path` after it, whether or not it ends in a slash.
pub fn page_url(public_url: &Url, path: &[&str]) -> Option<String> {
    let mut page = public_url.clone();
    page.set_query(None);
    page.set_fragment(None);
    page.path_segments_mut().ok()?.pop_if_empty().extend(path);
    Some(page.into())
}

/// Writes an address as a URI (RFC 6068).
pub(super) fn mailto(address: &Address) -> String {
    let mut uri = String::from("mailto:");
    for octet in address.as_str().bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~@+!$*".contains(&octet) {
            uri.push(char::from(octet));
        } else {
            uri.push_str(&format!("%{octet:02X}"));
        }
    }
    uri
}
