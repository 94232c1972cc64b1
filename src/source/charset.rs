//! Octets to text: what they are beats what somebody says they are.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Text, and what was odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The name of the encoding that was used, where it is not UTF-8.
    pub foreign: Option<&'static str>,
    /// Some octets meant nothing in it and became replacement characters.
    pub lossy: bool,
}

/// Decodes octets: a byte order mark wins, then UTF-8 where they are that, then what the server said
/// (`header`), then what the document says of itself, then Windows-1252.
///
/// A document that calls itself ISO-8859-1 and is UTF-8 is far more common than the reverse, and octets that
/// happen to be UTF-8 almost never mean anything else.
pub fn decode(octets: Vec<u8>, header: Option<&str>) -> Decoded {
    let label = |label: &str| Encoding::for_label(label.trim().trim_matches(['"', '\'']).as_bytes());
    let header = header.and_then(label);
    if let Some((encoding, _)) = Encoding::for_bom(&octets) {
        return decode_as(octets, encoding);
    }
    match octets.get(..2) {
        Some([b'<', 0]) => return decode_as(octets, UTF_16LE),
        Some([0, b'<']) => return decode_as(octets, UTF_16BE),
        _ => {}
    }
    let declared = declared(&octets).and_then(label);
    // ISO-2022-JP consists of ASCII octets, which are UTF-8 too.
    let shifted = [header, declared].contains(&Some(ISO_2022_JP)) && octets.contains(&0x1b);
    // Its own way of saying that Japanese letters follow is that of nothing else.
    let shifts = |octets: &[u8]| octets.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"));
    if !shifted && header.is_none() && declared.is_none() && octets.is_ascii() && shifts(&octets) {
        return decode_as(octets, ISO_2022_JP);
    }
    let octets = match String::from_utf8(octets) {
        Ok(text) if !shifted => return Decoded { text, foreign: None, lossy: false },
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let named = [header, declared].into_iter().flatten().filter(|encoding| *encoding != UTF_8);
    let encoding =
        named.clone().find(|encoding| encoding.decode_without_bom_handling_and_without_replacement(&octets).is_some());
    if let Some(encoding) = encoding.or(named.into_iter().next()) {
        return decode_as(octets, encoding);
    }
    // A few bad octets in a long UTF-8 text: a cut or a slip, not another encoding.
    let (text, _) = UTF_8.decode_without_bom_handling(&octets);
    let broken = text.matches('\u{fffd}').count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    if broken * 4 <= foreign && foreign > broken {
        return Decoded { text: text.into_owned(), foreign: None, lossy: true };
    }
    decode_as(octets, WINDOWS_1252)
}

fn decode_as(octets: Vec<u8>, encoding: &'static Encoding) -> Decoded {
    let (text, used, lossy) = encoding.decode(&octets);
    Decoded { text: text.into_owned(), foreign: (used != UTF_8).then(|| used.name()), lossy }
}

/// The encoding that a document names in its XML declaration or in a `meta` element.
fn declared(octets: &[u8]) -> Option<&str> {
    let head = &octets[..octets.len().min(2_048)];
    let at = ["encoding=", "charset="].iter().find_map(|key| find(head, key.as_bytes()).map(|at| at + key.len()))?;
    let rest = &head[at..];
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.:".contains(byte)))?;
    std::str::from_utf8(&rest[..end]).ok()
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(octets: &[u8], header: Option<&str>, expect: &str) {
        assert_eq!(decode(octets.to_vec(), header).text, expect);
    }

    #[test]
    fn what_the_octets_are_beats_what_is_said() {
        check("é".as_bytes(), None, "é");
        check("é".as_bytes(), Some("iso-8859-1"), "é");
        check(b"\xef\xbb\xbf\xc3\xa9", Some("iso-8859-1"), "é");
        check(b"<?xml encoding='utf-8'?>caf\xe9", None, "<?xml encoding='utf-8'?>café");
        check(b"<?xml encoding=\"iso-8859-2\"?>\xb1", None, "<?xml encoding=\"iso-8859-2\"?>ą");
        check(b"\xb1", Some("iso-8859-2"), "ą");
        check(b"<meta charset=shift_jis >\x82\xa0", None, "<meta charset=shift_jis >あ");
        check(b"\xff\xfe<\0a\0", None, "<a");
        check(b"<\0a\0", None, "<a");
        check(b"\x1b$B$\"\x1b(B", Some("iso-2022-jp"), "あ");
        check(b"Title \x1b$B$\"\x1b(B", None, "Title あ");
    }

    #[test]
    fn a_cut_in_the_middle_of_a_letter_is_no_other_encoding() {
        let decoded = decode("öäüöäüé".as_bytes()[..13].to_vec(), None);
        assert_eq!(decoded.text, "öäüöäü\u{fffd}");
        assert!(decoded.lossy);
    }
}
