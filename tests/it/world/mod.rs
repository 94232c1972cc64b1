//! The other sides that a test talks to, all on loopback at a port that the system chooses.

pub mod sink;
pub mod web;

pub mod model;
