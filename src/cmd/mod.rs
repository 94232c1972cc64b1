//! The verbs of the command line, one a file: read arguments, call the library, print.

pub mod backup;
pub mod bounce;
pub mod check;
mod edition_output;
pub mod editions;
mod exit;
pub mod explain;
pub mod help;
pub mod init;
mod invocation;
mod markdown;
pub mod next;
mod output;
pub mod preview;
pub mod render;
pub mod restore;
pub mod run;
pub mod send;
pub mod status;
pub mod subscribers;
pub mod templates;
pub mod test;

pub use exit::{Exit, Failure};
pub use invocation::Invocation;
pub use output::print;
