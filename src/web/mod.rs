//! What is served over HTTP. Requests in, pages out; what they say and do stands in the rooms before.

pub mod live;
pub mod public;
mod serve;

pub use serve::serve;
