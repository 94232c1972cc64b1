//! `tidings.toml`.
