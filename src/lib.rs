#![doc = include_str!("ARCHITECTURE.md")]
// What only the program uses lies idle where it is not built.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

pub mod diagnostic;
pub mod zone;
pub mod languages;
pub mod css;
pub mod html;
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
pub mod lint;
pub mod message;
pub mod deliver;
#[cfg(feature = "cli")]
pub mod dns;
pub mod bounce;
#[cfg(feature = "send")]
pub mod store;

pub mod digest;
#[cfg(feature = "send")]
pub mod mailing;

pub mod config;
#[cfg(feature = "cli")]
pub mod preflight;

#[cfg(feature = "cli")]
pub mod daemon;
#[cfg(feature = "cli")]
pub mod web;

#[cfg(feature = "cli")]
pub mod guide;

#[cfg(feature = "cli")]
pub mod cmd;
#[cfg(feature = "cli")]
pub mod cli;
