//! Whose fault it is that a message will never arrive; pure.

use super::Reply;

/// What a permanent failure says about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// There is no such address: nothing goes there any more.
    Address,
    /// It may be the address: after three editions in a row nothing goes there any more.
    Perhaps,
    /// A full mailbox, a policy: the address stays as it is.
    Nobody,
}

/// Judges a permanent failure by its codes (RFC 3463): 5.1.1, 5.1.10 and 5.2.1 are bad addresses; a full mailbox
/// (5.2.2), a message that is too big (5.2.3, 5.3.4), an address or message that a server cannot take (5.6.x), our
/// own address (5.1.7, 5.1.8) and policy (5.7.x) are not its fault.
pub fn blame(reply: &Reply) -> Blame {
    match reply.enhanced {
        Some((5, 1, 1 | 10) | (5, 2, 1)) => Blame::Address,
        Some((5, 1, 7 | 8) | (5, 2, 2 | 3) | (5, 3, 4) | (5, 6 | 7, _)) => Blame::Nobody,
        _ => Blame::Perhaps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_judged() {
        #[track_caller]
        fn check(enhanced: Option<(u8, u16, u16)>, expect: Blame) {
            assert_eq!(blame(&Reply { code: 550, enhanced, text: String::new() }), expect);
        }
        for bad in [(5, 1, 1), (5, 1, 10), (5, 2, 1)] {
            check(Some(bad), Blame::Address);
        }
        for kept in [(5, 1, 8), (5, 2, 2), (5, 2, 3), (5, 3, 4), (5, 6, 7), (5, 7, 1), (5, 7, 133)] {
            check(Some(kept), Blame::Nobody);
        }
        for perhaps in [None, Some((5, 0, 0)), Some((5, 1, 2)), Some((5, 4, 4))] {
            check(perhaps, Blame::Perhaps);
        }
    }
}
