//! From sources to an edition.
