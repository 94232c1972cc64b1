//! What a server has shown of itself.

/// How many messages the server takes over one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MessageCap {
    /// It ends a connection after so many.
    pub(super) messages: Option<u64>,
    /// So many it had taken when it last ended one.
    ended_after: Option<u64>,
}

impl MessageCap {
    pub(super) fn new(messages: Option<u64>) -> Self {
        Self { messages, ended_after: None }
    }

    /// Records that the server ended a connection over which it had accepted so many messages. Twice the same number
    /// is a cap; once may be a server that was tired of waiting.
    pub(super) fn record_end(&mut self, accepted: u64) {
        if accepted > 0 && self.ended_after.replace(accepted) == Some(accepted) {
            self.messages = Some(accepted);
        }
    }
}

/// Whether the server takes the next envelope in the same write as a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Overlap {
    /// Nobody knows.
    #[default]
    Untried,
    /// It has answered one.
    Works,
    /// It lost one.
    Fails,
}

impl Overlap {
    pub(super) fn is_proven(self) -> bool {
        self == Self::Works
    }

    pub(super) fn works(&mut self) {
        *self = Self::Works;
    }

    pub(super) fn fails(&mut self) {
        *self = Self::Fails;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_seen_twice() {
        let mut message_cap = MessageCap::default();
        for (accepted, cap) in [(0, None), (7, None), (100, None), (0, None), (100, Some(100)), (3, Some(100))] {
            message_cap.record_end(accepted);
            assert_eq!(message_cap.messages, cap, "{accepted}");
        }
    }
}
