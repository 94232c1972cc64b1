//! What a user can do with the binary, one file for each thing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod project;
mod world;

mod archive;
mod backup;
mod bounce;
mod bounds;
mod check;
mod config;
mod deploy;
mod dkim;
mod editor;
mod examples;
mod explain;
mod faults;
mod guide;
mod help;
mod house;
mod imports;
mod images;
mod init;
mod injection;
mod json;
mod live;
mod live_page;
mod llm;
mod looks;
mod memory;
mod mjml;
mod pace;
mod pages;
mod preview;
mod readme;
mod relays;
mod restored;
mod resume;
mod seeing;
mod run;
mod service;
mod sites;
mod send;
mod servers;
mod sources;
mod standards;
mod subscribers;
mod templates;
mod unsubscribe;
mod versions;
mod webhooks;
mod year;
