//! What servers told us, so that we ask politely the next time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a server told us last time about one URL, so that we ask politely the next time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Validator {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// It asked not to be asked before (`Retry-After`).
    pub not_before: Option<DateTime<Utc>>,
    /// It said that the resource is gone for good (410); not asked again.
    pub gone: bool,
}

/// [`Validator`]s by URL.
pub type Validators = BTreeMap<String, Validator>;
