//! What a user can do with the binary, one file for each thing.

mod project;
mod world;

mod config;
mod explain;
mod house;
mod preview;
mod resume;
mod send;
mod sources;
mod subscribers;
