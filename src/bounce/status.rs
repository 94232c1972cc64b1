//! What became of a message: a delivery status notification (RFC 3464, RFC 6533).

use super::{
    codes,
    mime::Fields,
    plain,
    report::{Fate, Recipient},
};
use crate::{
    deliver::{Phase, Reply, meaning},
    subscriber::Address,
};

/// Reads the groups of a `message/delivery-status`; those that say nothing of a recipient's fate are left out.
pub(super) fn recipients(groups: &[Fields]) -> Vec<Recipient> {
    groups.iter().filter_map(recipient).collect()
}

fn recipient(group: &Fields) -> Option<Recipient> {
    let addresses = ["original-recipient", "final-recipient"].iter().flat_map(|name| group.all(name));
    let addresses = addresses.map(without_type).collect();
    let status = group.first("status");
    let mut reply = codes::reply(status, group.first("diagnostic-code"));
    if reply.code == 0
        && let Some(said) = plain::reply(&reply.text).filter(|said| said.code > 0)
    {
        // `X-Postfix; host mx.example said: 550 5.1.1 no such user`.
        reply = Reply { enhanced: said.enhanced.or(reply.enhanced), ..said };
    }
    let class = reply.enhanced.map_or(reply.code / 100, |(class, ..)| u16::from(class));
    let action = group.first("action").unwrap_or_default().trim_start().to_ascii_lowercase();
    let fate = match action.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default() {
        "delivered" | "relayed" | "expanded" => Fate::Arrived,
        "delayed" => Fate::Delayed(reply),
        "failed" => Fate::Failed(reply),
        // The field is required; where it is missing, the status says as much.
        _ => match class {
            2 => Fate::Arrived,
            4 => Fate::Delayed(reply),
            5 => Fate::Failed(reply),
            _ => return None,
        },
    };
    Some(Recipient { addresses, fate })
}

/// Takes `rfc822;` from before an address and comments and brackets from around it (RFC 3464 2.3.1).
fn without_type(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let address = address.split_whitespace().next().unwrap_or_default();
    address.trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// Undoes what makes an address safe to carry: `+2B` (RFC 3461 4) and `\x{E9}` (RFC 6533 3).
pub(super) fn decoded(address: &str) -> Option<String> {
    let mut octets = Vec::new();
    let mut rest = address;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if let Some((hex, behind)) = rest.strip_prefix("\\x{").and_then(|rest| rest.split_once('}')) {
            let character = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
            octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = behind;
        } else if first == '+' {
            let (hex, behind) = after.split_at_checked(2)?;
            octets.push(u8::from_str_radix(hex, 16).ok()?);
            rest = behind;
        } else {
            octets.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        }
    }
    String::from_utf8(octets).ok()
}

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
    is(named) || decoded(named).is_some_and(|named| is(&named))
}

fn weight(fate: &Fate) -> u8 {
    match fate {
        Fate::Arrived => 0,
        Fate::Delayed(_) => 1,
        Fate::Failed(reply) => 2 + meaning(Phase::Report, reply).blame as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_decoded() {
        assert_eq!(decoded("ann+2Bx@b.example").as_deref(), Some("ann+x@b.example"));
        assert_eq!(decoded("j\\x{F6}rg@b.example").as_deref(), Some("jörg@b.example"));
        assert_eq!(decoded("ann+x@b.example"), None);
        assert_eq!(decoded("ann+"), None);
        assert_eq!(decoded("\\x{D800}"), None);
    }

    #[test]
    fn fates_are_told_apart() {
        #[track_caller]
        fn check(fields: &str, expect: &str) {
            let fates: Vec<_> =
                recipients(&Fields::groups(fields.as_bytes())).into_iter().map(|one| one.fate).collect();
            assert_eq!(format!("{fates:?}").split(['[', '(', ']']).nth(1), Some(expect), "{fates:?}");
        }
        check("Action: failed\nStatus: 5.1.1", "Failed");
        check("action: Failed (expired)\nstatus: 4.4.7", "Failed");
        check("Action: delayed\nStatus: 5.0.0", "Delayed");
        check("Action: failed", "Failed");
        check("Action: failed\nStatus: 2.0.0", "Failed");
        check("Action: delivered\nStatus: 2.0.0", "Arrived");
        check("Action: relayed", "Arrived");
        check("Action: expanded\nStatus: 5.1.1", "Arrived");
        check("Status: 5.2.1", "Failed");
        check("Status: 4.2.2", "Delayed");
        check("Diagnostic-Code: smtp; 550 no", "Failed");
        check("Action: exploded", "");
        check("Reporting-MTA: dns; mx.b.example\nArrival-Date: today", "");
    }
}
