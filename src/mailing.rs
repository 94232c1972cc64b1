//! From an edition to mail on its way.
