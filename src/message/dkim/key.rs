//! A private key: PEM in, signatures and its public half out.

use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

use crate::diagnostic::{Diagnostic, Explain};

/// `AlgorithmIdentifier` of RSA (RFC 3279 2.3.1).
const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Why there is no signature. No text of it holds a key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no private key in it.
    #[error("there is no private key")]
    None,
    /// It is a key of another kind.
    #[error("the key is neither RSA nor Ed25519")]
    Kind,
    /// RFC 8301 3.2.
    #[error("the RSA key has less than 2048 bits, which receivers do not accept")]
    Short,
    /// The key is not a valid one.
    #[error("the key cannot be used: {0}")]
    Rejected(String),
    /// The key cannot sign.
    #[error("the key cannot sign")]
    Sign,
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        const MAKE: &str = "`openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048` makes one";
        let shown = Diagnostic::of_causes(self);
        match self {
            Self::None => shown.hint(format!("{MAKE}; it must have no passphrase")),
            Self::Short => shown.hint(MAKE),
            _ => shown,
        }
    }
}

/// A private key that signs.
#[derive(Debug)]
pub(super) enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl Key {
    /// Reads the first private key of a PEM file.
    pub(super) fn read(pem: &str) -> Result<Self, Error> {
        match PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| Error::None)? {
            PrivateKeyDer::Pkcs1(der) => Self::rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(key) => Ok(Self::Ed25519(Box::new(key))),
                    Err(_) => Self::rsa(RsaKeyPair::from_pkcs8(der)),
                }
            }
            _ => Err(Error::Kind),
        }
    }

    fn rsa(key: Result<RsaKeyPair, ring::error::KeyRejected>) -> Result<Self, Error> {
        key.map(|key| Self::Rsa(Box::new(key))).map_err(|error| match error.to_string().as_str() {
            "TooSmall" => Error::Short,
            "WrongAlgorithm" => Error::Kind,
            other => Error::Rejected(other.to_owned()),
        })
    }

    /// The value of `a=` (RFC 6376 3.3, RFC 8463 3).
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The value of `k=` in the record.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// Signs the canonical header.
    pub(super) fn sign(&self, header: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), header, &mut signature).map_err(|_| Error::Sign)?;
                Ok(signature)
            }
            // What is signed is the hash (RFC 8463 3).
            Self::Ed25519(key) => Ok(key.sign(digest(&SHA256, header).as_ref()).as_ref().to_vec()),
        }
    }

    /// The forms in which the public half may be published, the one to publish first: a `SubjectPublicKeyInfo` or
    /// the bare key of an RSA key, the 32 octets of an Ed25519 key.
    pub(super) fn public(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let bare = key.public().as_ref();
                let bits = der(0x03, &[&[0], bare].concat());
                vec![der(0x30, &[&RSA[..], &bits].concat()), bare.to_vec()]
            }
            Self::Ed25519(key) => vec![key.public_key().as_ref().to_vec()],
        }
    }
}

/// Writes a value with its tag and length (X.690 8.1.3).
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|octet| **octet == 0).count()..];
    let mut out = vec![tag];
    if value.len() > 127 {
        out.push(0x80 | significant.len() as u8);
    }
    out.extend_from_slice(significant);
    out.extend_from_slice(value);
    out
}
