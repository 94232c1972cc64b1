//! Whether a permanent failure is the address's fault; pure.

use super::outcome::Reply;

/// What a permanent failure says about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BounceKind {
    /// There is no such address: nothing goes there any more.
    BadAddress,
    /// It may be the address: after three editions in a row nothing goes there any more.
    MaybeBadAddress,
    /// A full mailbox, a policy: the address stays as it is.
    NotAddress,
}

/// Classifies a permanent failure by its codes (RFC 3463): 5.1.1, 5.1.10 and 5.2.1 are bad addresses; a full mailbox
/// (5.2.2), a message that is too big (5.2.3, 5.3.4), an address or message that a server cannot take (5.6.x), our
/// own address (5.1.7, 5.1.8) and policy (5.7.x) are not its fault.
pub fn classify_bounce(reply: &Reply) -> BounceKind {
    match reply.enhanced {
        Some((5, 1, 1 | 10) | (5, 2, 1)) => BounceKind::BadAddress,
        Some((5, 1, 7 | 8) | (5, 2, 2 | 3) | (5, 3, 4) | (5, 6 | 7, _)) => BounceKind::NotAddress,
        _ => BounceKind::MaybeBadAddress,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_classified() {
        #[track_caller]
        fn check(enhanced: Option<(u8, u16, u16)>, expect: BounceKind) {
            assert_eq!(classify_bounce(&Reply { code: 550, enhanced, text: String::new() }), expect);
        }
        for bad in [(5, 1, 1), (5, 1, 10), (5, 2, 1)] {
            check(Some(bad), BounceKind::BadAddress);
        }
        for kept in [(5, 1, 8), (5, 2, 2), (5, 2, 3), (5, 3, 4), (5, 6, 7), (5, 7, 1), (5, 7, 133)] {
            check(Some(kept), BounceKind::NotAddress);
        }
        for perhaps in [None, Some((5, 0, 0)), Some((5, 1, 2)), Some((5, 4, 4))] {
            check(perhaps, BounceKind::MaybeBadAddress);
        }
    }
}
