//! Whom we trust.

use std::{io, path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::{deliver::outcome::Error, diagnostic::Diagnostic};

/// The roots that browsers trust, and the publisher's own, which `key` of the config names.
pub(crate) fn client_config(own: Option<&Path>, key: &str) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = own {
        let wrong = |why: String| Error::Refused(format!("`{key}`: `{}` {why}", file.display()).into());
        let pem = std::fs::read(file).map_err(|why| wrong(format!("cannot be read: {why}")))?;
        let before = roots.len();
        for root in CertificateDer::pem_slice_iter(&pem) {
            let root = root.map_err(|why| wrong(format!("is no PEM file: {why}")))?;
            roots.add(root).map_err(|why| wrong(format!("holds no certificate that can be a root: {why}")))?;
        }
        if roots.len() == before {
            return Err(wrong("holds no certificate".to_owned()));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| Error::Refused(format!("TLS cannot be set up: {why}").into()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Tells a server that must not be trusted from a connection that broke.
pub(crate) fn classify_error(place: &str, why: io::Error) -> Error {
    let refused = |what: String, hint: &str| Error::Refused(Diagnostic::new(what).hint(hint));
    match why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(fault)))
            if fault.to_string().contains("CaUsedAsEndEntity") =>
        {
            refused(
                format!("the certificate of {place} is a root's own and no server's"),
                "sign one for the server with it, or make a self-signed one with `basicConstraints=CA:FALSE`",
            )
        }
        Some(rustls::Error::InvalidCertificate(fault)) => refused(
            format!("the certificate of {place} is not to be trusted: {fault}"),
            "the name in `smtp.url` must be the certificate's; `smtp.tls_ca` names the root of your own relay",
        ),
        Some(fault) => refused(
            format!("{place} does not speak TLS as it should: {fault}"),
            "`smtps://` is for ports with TLS from the start (465), `smtp://` for STARTTLS (587, 25)",
        ),
        None => Error::Unreachable(place.to_owned(), why),
    }
}
