//! `[[dkim]]`: the keys that sign, read at once, so that a missing one is found before an edition is frozen.

use std::{path::Path, sync::Arc};

use url::Host;

use super::{
    document::Document,
    file::Dkim,
    secret::{self, SecretKind},
};
use crate::{
    diagnostic::{Diagnostic, Explain as _},
    message::dkim::Signer,
};

/// How the file of a key is called where it cannot be read.
const KEY: SecretKind = SecretKind { word: "key", key: "dkim.key", variable: "" };

/// Reads the keys, or says which table is wrong.
pub(super) fn signers(tables: &[Dkim], root: &Path, document: &Document<'_>) -> Result<Arc<[Signer]>, Diagnostic> {
    let mut signers: Vec<Signer> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let index = index.to_string();
        let at = |key, wrong: Diagnostic| Diagnostic {
            hint: wrong.hint,
            ..document.value(&["dkim", &index, key], wrong.message)
        };
        let Some(domain) = ascii_domain(&table.domain) else {
            return Err(at("domain", Diagnostic::new(format!("`{}` is no domain", table.domain))));
        };
        if !table.selector.split('.').all(is_label) {
            let wrong = Diagnostic::new(format!("`{}` is no selector", table.selector));
            return Err(at("selector", wrong.hint("letters, digits and hyphens, as `s2026`")));
        }
        let pem =
            secret::read_file(&KEY, &root.join(&table.key_file)).map_err(|error| at("key_file", error.diagnostic()))?;
        let signer = Signer::new(&domain, &table.selector, &pem)
            .map_err(|error| at("key_file", error.diagnostic().context(format!("`{}`", table.key_file))))?;
        if signers.iter().any(|known| known.record_name() == signer.record_name()) {
            let wrong = Diagnostic::new(format!("two keys under one name, `{}`", signer.record_name()));
            return Err(at("selector", wrong.hint("give each a selector")));
        }
        signers.push(signer);
    }
    Ok(signers.into())
}

/// A domain as DNS has it.
fn ascii_domain(domain: &str) -> Option<String> {
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
