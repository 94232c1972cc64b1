//! What stands in many posts of one source and so tells nothing of any of them.

/// Sentences and descriptions that three or more posts of one source share.
#[derive(Debug, Clone, Default)]
pub struct Common {}
