//! What became of a message at one address, where a report speaks of several.

use super::{
    report::{Fate, Recipient},
    status,
};
use crate::{
    deliver::{Phase, meaning},
    subscriber::Address,
};

/// What became of a message that went to `address`: where a report speaks of several addresses, what it says of
/// this one; where it does not name it, because others stand behind it, the mildest that it says.
pub fn fate_of<'a>(recipients: &'a [Recipient], address: &Address) -> Option<&'a Fate> {
    let names = |recipient: &&Recipient| recipient.addresses.iter().any(|named| is_same(named, address));
    let mildest =
        |fates: &mut dyn Iterator<Item = &'a Recipient>| fates.map(|one| &one.fate).min_by_key(|fate| weight(fate));
    mildest(&mut recipients.iter().filter(names)).or_else(|| mildest(&mut recipients.iter()))
}

fn is_same(named: &str, address: &Address) -> bool {
    let is =
        |named: &str| named.parse().is_ok_and(|named: Address| named.as_str().eq_ignore_ascii_case(address.as_str()));
    is(named) || status::decoded(named).is_some_and(|named| is(&named))
}

fn weight(fate: &Fate) -> u8 {
    match fate {
        Fate::Arrived => 0,
        Fate::Delayed(_) => 1,
        Fate::Failed(reply) => 2 + meaning(Phase::Report, reply).blame as u8,
    }
}
