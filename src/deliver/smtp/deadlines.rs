//! How long each phase of a conversation may take.

use std::time::Duration;

/// How long each phase may take (RFC 5321 4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Finding the address and opening the connection.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The first reply.
    pub greeting: Duration,
    /// A command and its reply.
    pub command: Duration,
    /// The reply to the first MAIL that went ahead, in the same write as the message before.
    pub ahead: Duration,
    /// DATA and its reply.
    pub data: Duration,
    /// Each piece of the message.
    pub block: Duration,
    /// The reply to the whole message: a server that scans takes its time, and giving up makes a double.
    pub end: Duration,
    /// Taking leave.
    pub quit: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(30),
            tls: seconds(60),
            greeting: seconds(300),
            command: seconds(300),
            ahead: seconds(30),
            data: seconds(120),
            block: seconds(180),
            end: seconds(600),
            quit: seconds(5),
        }
    }
}
