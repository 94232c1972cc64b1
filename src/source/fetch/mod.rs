//! HTTP, guarded: the only folder that speaks it.

mod endpoint;
mod explain;
mod fetcher;
mod file;
mod probe;

pub use endpoint::{EndpointClient, EndpointReply};
pub use fetcher::{FetchResult, Fetcher, Limits};
pub use file::FetchedFile;
pub use probe::Probe;

pub(super) use explain::without_password;
