//! The pictures of posts: what their files say, and what a mail shows of them.
//!
//! [`link`] takes pictures by their addresses and finds out how large they are and whether anybody can see them;
//! [`embed`] makes octets that go along with the mail. Both never fail: a picture that is no good is left out, and
//! the answer says why.

mod embed;
mod link;
mod outcome;
mod probe;
mod shrink;
mod size;

pub use embed::Embedded;
pub use embed::{EmbedRequest, embed};
pub use link::link;
pub use outcome::ImageOutcome;
pub use probe::{Availability, ImageProbe, ImageProbes};
pub use size::{COLUMN_WIDTH, LOGO_WIDTH, Size};

#[cfg(test)]
mod tests;
