#![doc = include_str!("ARCHITECTURE.md")]

pub mod diagnostic;
pub mod zone;
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
pub mod dns;
pub mod bounce;
pub mod store;

pub mod digest;
pub mod mailing;

pub mod config;
pub mod preflight;

pub mod daemon;
pub mod web;

pub mod guide;

pub mod cmd;
pub mod cli;
