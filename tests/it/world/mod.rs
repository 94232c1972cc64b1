//! The other sides that a test talks to, all on loopback at a port that the system chooses.

pub mod dovecot;
pub mod model;
pub mod office;
pub mod opendkim;
pub mod postfix;
pub mod providers;
pub mod server;
pub mod sink;
pub mod site;
pub mod web;
