//! `[[dkim]]`: the keys that sign, read at once, so that a missing one is found before an edition is frozen.

use std::{error::Error as _, path::Path, sync::Arc};

use url::Host;

use super::{
    diagnostic::{Diagnostic, Document},
    file::Dkim,
    secret::{self, Kind},
    way::{Step, at},
};
use crate::message::dkim::Signer;

/// How the file of a key is called where it cannot be read.
const KEY: Kind = Kind { word: "key", key: "dkim.key", variable: "" };

/// Reads the keys, or says which table is wrong.
pub(super) fn signers(tables: &[Dkim], root: &Path, document: &Document<'_>) -> Result<Arc<[Signer]>, Diagnostic> {
    let mut signers: Vec<Signer> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let fault = |key: &str, message: String| {
            let (message, hint) = message.split_once("\nhint: ").map_or((&*message, None), |(m, hint)| (m, Some(hint)));
            let way = [Step::Key("dkim".to_owned()), Step::Index(index)];
            let fault = document.value(&[&way[..], &at(&[key])].concat(), message);
            if let Some(hint) = hint { fault.hint(hint) } else { fault }
        };
        let Some(domain) = ascii(&table.domain) else {
            return Err(fault("domain", format!("`{}` is no domain", table.domain)));
        };
        if !table.selector.split('.').all(is_label) {
            let hint = "letters, digits and hyphens, as `s2026`";
            return Err(fault("selector", format!("`{}` is no selector\nhint: {hint}", table.selector)));
        }
        let pem = secret::read_file(&KEY, &root.join(&table.key_file)).map_err(|error| {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            fault("key_file", format!("{error}{cause}"))
        })?;
        let signer = Signer::new(&domain, &table.selector, &pem)
            .map_err(|error| fault("key_file", format!("`{}`: {error}", table.key_file)))?;
        if signers.iter().any(|known| known.record_name() == signer.record_name()) {
            let message = format!("two keys under one name, `{}`\nhint: give each a selector", signer.record_name());
            return Err(fault("selector", message));
        }
        signers.push(signer);
    }
    Ok(signers.into())
}

/// A domain as DNS has it.
fn ascii(domain: &str) -> Option<String> {
    match Host::parse(domain) {
        Ok(Host::Domain(ascii)) if ascii.contains('.') && ascii.split('.').all(is_label) => Some(ascii),
        _ => None,
    }
}

/// One part of a name (RFC 6376 3.1, RFC 1123 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
