#![doc = include_str!("ARCHITECTURE.md")]
// What only the program uses lies idle where it is not built.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

pub mod diagnostic;
pub mod zone;
mod languages;
mod css;
mod html;
pub mod post;
pub mod schedule;
pub mod subscriber;
pub mod token;

pub mod source;
pub mod select;
pub mod teaser;
pub mod image;
pub mod edition;
pub mod render;
mod lint;
pub mod message;
pub mod deliver;
#[cfg(feature = "cli")]
mod dns;
mod bounce;
#[cfg(feature = "send")]
pub mod store;

pub mod digest;
#[cfg(feature = "send")]
pub mod mailing;

pub mod config;
#[cfg(feature = "cli")]
mod preflight;

#[cfg(feature = "cli")]
mod daemon;
#[cfg(feature = "cli")]
mod web;

#[cfg(feature = "cli")]
pub mod guide;

#[cfg(feature = "cli")]
mod cmd;
#[cfg(feature = "cli")]
mod cli;

/// Runs the program on the arguments of the process.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::run_program;

/// What tests, benchmarks and fuzzers see of the inside. It may change with any release.
#[doc(hidden)]
pub mod internals {
    #[cfg(feature = "cli")]
    pub mod daemon {
        pub use crate::daemon::{Clock, Context, Incident, Job, Supervisor, open_incidents, resume, run_job};
    }
    #[cfg(feature = "cli")]
    pub mod web {
        pub use crate::web::{
            public::{AskSns, Site, router},
            serve,
        };
    }
    pub mod bounce {
        pub use crate::bounce::{Opened, Posted, Provider, Webhook, read, read_event};
    }
    pub mod html {
        pub use crate::html::{Block, BlockKind, blocks, clean, escape, markup_blocks, plain_line, text};
    }
}
