//! Subscribers as CSV, read row by row and written so that a spreadsheet runs nothing.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Cursor, Read, Write},
};

use csv::ByteRecord;

use super::{
    address::Address,
    record::{Status, Subscriber, plain_name},
};
use crate::diagnostic::Diagnostic;

/// The columns of the file, as they are written.
const HEADER: [&str; 6] = ["email", "name", "language", "timezone", "tags", "status"];

/// So many octets of the first line are looked at to find the delimiter.
const MAX_HEADER: u64 = 64 * 1024;

/// One readable row.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriberRow {
    /// Where mail goes.
    pub address: Address,
    /// One line of plain text.
    pub name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// IANA name.
    pub timezone: Option<crate::zone::Zone>,
    /// What `audience` asks for, each once.
    pub tags: Vec<String>,
    /// Active where the row says nothing.
    pub status: Status,
}

/// A row that names nobody mail could go to, or not just one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where the row begins, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: Diagnostic,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Reads subscribers as they come, each with its line; bad rows stand between the good ones.
///
/// The first line is a header with an `email` column, in any order and case, unknown columns left unread; where it is
/// an address, the file is a plain list of addresses. Cells are parted by commas, semicolons or tabs. The same address
/// may come twice: what that means is for the caller to say.
pub fn rows(input: impl Read) -> impl Iterator<Item = Result<(u64, SubscriberRow), BadRow>> {
    let mut input = BufReader::new(input);
    let mut first = Vec::new();
    // An error comes again when the reader goes on, and is told then.
    let _ = input.by_ref().take(MAX_HEADER).read_until(b'\n', &mut first);
    let (start, utf16) = match first.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => (3, false),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (0, true),
        _ => (0, false),
    };
    let delimiter = delimiter(&first);
    let mut cursor = Cursor::new(first);
    cursor.set_position(start);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Lines { input: cursor.chain(input), last: b'\n', is_over: false });
    let mut columns: Option<Columns> = None;
    let mut record = ByteRecord::new();
    let mut over = false;
    std::iter::from_fn(move || {
        while !over {
            let read = reader.read_byte_record(&mut record);
            // The parser counts from the blank lines before a row: count back from the row's end instead.
            let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let line = reader.position().line().saturating_sub(1 + within as u64).max(1);
            let bad = |why: Diagnostic| Some(Err(BadRow { line, why }));
            over = !matches!(read, Ok(true)) || utf16;
            match read {
                Err(error) => return bad(io::Error::from(error).to_string().into()),
                Ok(true) if utf16 => return bad("the file is UTF-16; save it as UTF-8".into()),
                Ok(false) => return None,
                Ok(true) if record.iter().all(|cell| cell.trim_ascii().is_empty()) => continue,
                Ok(true) => {}
            }
            let known = match &columns {
                Some(known) => known,
                None => match Columns::read(&record) {
                    Ok(known) => {
                        let is_header = known.is_header;
                        let known = columns.insert(known);
                        if is_header {
                            continue;
                        }
                        known
                    }
                    Err(why) => {
                        over = true;
                        return bad(why);
                    }
                },
            };
            return Some(known.row(&record).map(|row| (line, row)).map_err(|why| BadRow { line, why: why.into() }));
        }
        None
    })
}

/// Ends every line with a line feed, the last one too: the parser counts those.
struct Lines<R> {
    input: R,
    last: u8,
    is_over: bool,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A chunk that was nothing but the second half of a line's end must not look like the end of the file.
        while !self.is_over && !buffer.is_empty() {
            let count = self.input.read(buffer)?;
            if count == 0 {
                self.is_over = true;
                if self.last == b'\n' || self.last == b'\r' {
                    break;
                }
                buffer[0] = b'\n';
                return Ok(1);
            }
            let mut kept = 0;
            for at in 0..count {
                let byte = buffer[at];
                if !(byte == b'\n' && self.last == b'\r') {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
                self.last = byte;
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
        Ok(0)
    }
}

/// The one of comma, semicolon and tab that the first line has most of, quoted ones left out.
fn delimiter(first: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in first.iter().take_while(|byte| !b"\r\n".contains(byte)) {
        quoted ^= *byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && byte == delimiter);
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0).map_or(b',', |found| found.0)
}

/// Where each known column stands.
struct Columns {
    places: [Option<usize>; HEADER.len()],
    width: usize,
    is_header: bool,
}

impl Columns {
    /// # Errors
    /// Says that the line is neither a header with one `email` column nor an address.
    fn read(record: &ByteRecord) -> Result<Self, Diagnostic> {
        let mut places = [None; HEADER.len()];
        for (at, cell) in record.iter().enumerate() {
            let name = String::from_utf8_lossy(cell).trim().to_lowercase();
            let name =
                if ["e-mail", "email address", "email_address"].contains(&name.as_str()) { "email" } else { &name };
            let known = HEADER.iter().position(|known| *known == name);
            if let Some(place) = known.and_then(|known| places.get_mut(known)) {
                if place.is_some() {
                    return Err(format!("two columns are called `{name}`").into());
                }
                *place = Some(at);
            }
        }
        let [email, ..] = places;
        if email.is_some() {
            return Ok(Self { places, width: record.len(), is_header: true });
        }
        if record.get(0).is_some_and(|cell| cell.contains(&b'@')) {
            let places = [Some(0), None, None, None, None, None];
            return Ok(Self { places, width: 1, is_header: false });
        }
        let none = Diagnostic::new("no column is called `email`");
        Err(none.hint("the first line is `email,name,language,timezone,tags,status`"))
    }

    fn row(&self, record: &ByteRecord) -> Result<SubscriberRow, String> {
        if record.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty()) {
            let expected = if self.is_header { "the header has" } else { "a list without a header has" };
            return Err(format!("{} cells where {expected} {}", record.len(), self.width));
        }
        let cells = self.places.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default());
        if cells.iter().any(|cell| cell.trim_ascii().iter().any(|byte| b"\r\n".contains(byte))) {
            return Err("a line break inside a cell; is a quote not closed?".to_owned());
        }
        let [email, name, language, timezone, tags, status] = cells;
        let email = std::str::from_utf8(email).map_err(|_| "the address is not UTF-8".to_owned())?;
        if email.trim().is_empty() {
            return Err("no address".to_owned());
        }
        let address = unguarded(email.trim_matches([' ', '\t', '\r', '\n'])).parse()?;
        let name = plain_name(unguarded(&text(name)));
        let word = |cell| Some(unguarded(text(cell).trim()).to_owned()).filter(|word: &String| !word.is_empty());
        let language =
            word(language).map(|tag| if is_tag(&tag) { Ok(tag) } else { Err(format!("unknown language `{tag}`")) });
        let timezone = word(timezone).map(|zone| zone.parse().map_err(|_| format!("unknown timezone `{zone}`")));
        let status = word(status).map(|status| status.to_lowercase().parse());
        let mut unique: Vec<String> = Vec::new();
        for tag in unguarded(text(tags).trim()).split_whitespace() {
            if !unique.iter().any(|known| known == tag) {
                unique.push(tag.to_owned());
            }
        }
        Ok(SubscriberRow {
            address,
            name,
            language: language.transpose()?,
            timezone: timezone.transpose()?,
            tags: unique,
            status: status.transpose()?.unwrap_or_default(),
        })
    }
}

/// UTF-8, or else what spreadsheets of Western Europe write.
fn text(cell: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0,
    }
}

/// Says whether this has the form of a language tag (RFC 5646 2.1).
pub fn is_tag(text: &str) -> bool {
    text.len() <= 35
        && text
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Writes subscribers as [`rows`] reads them.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front, which `rows` takes off again.
///
/// # Errors
/// Those of `out`.
pub fn write_csv<'a>(out: impl Write, subscribers: impl IntoIterator<Item = &'a Subscriber>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for subscriber in subscribers {
        writer.write_record([
            guarded(subscriber.address.as_str()),
            guarded(subscriber.name.as_deref().unwrap_or_default()),
            guarded(subscriber.language.as_deref().unwrap_or_default()),
            guarded(subscriber.timezone.map_or("", |zone| zone.name())),
            guarded(&subscriber.tags.join(" ")),
            guarded(subscriber.status.as_str()),
        ])?;
    }
    writer.flush()
}

fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Says whether a spreadsheet would run the cell, or it looks like one that is guarded already.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads `input`; rows as `line:address`, bad ones as `line!why`.
    fn read(input: impl AsRef<[u8]>) -> Vec<String> {
        let told = |row: Result<(u64, SubscriberRow), BadRow>| match row {
            Ok((line, row)) => format!("{line}:{}", row.address),
            Err(bad) => format!("{}!{}", bad.line, bad.why),
        };
        rows(input.as_ref()).map(told).collect()
    }

    fn only(input: impl AsRef<[u8]>) -> SubscriberRow {
        let mut rows = rows(input.as_ref());
        let row = rows.next().unwrap().unwrap().1;
        assert!(rows.next().is_none());
        row
    }

    #[test]
    fn every_column_is_read_in_any_order_and_case() {
        let row = only(
            "Status,EMAIL,shoe,Name,TimeZone,tags,language\nPending,a@x.example,42,Ann Reed,Europe/Lisbon, weekly  news weekly,pt-BR\n",
        );
        assert_eq!(row.address.as_str(), "a@x.example");
        assert_eq!(row.name.as_deref(), Some("Ann Reed"));
        assert_eq!(row.timezone, Some("Europe/Lisbon".parse().unwrap()));
        assert_eq!(row.tags, ["weekly", "news"]);
        assert_eq!(row.language.as_deref(), Some("pt-BR"));
        assert_eq!(row.status, Status::Pending);
    }

    #[test]
    fn files_come_in_many_forms() {
        let expect = ["2:a@x.example", "3:b@x.example"];
        for input in [
            "email,name\na@x.example,A\nb@x.example,B\n",
            "email,name\ra@x.example,A\rb@x.example,B",
            "\u{feff}email;name\r\na@x.example;A\r\nb@x.example;\"B\"\r\n",
            "E-Mail\tname\na@x.example\tA, with a comma\nb@x.example",
            "email\na@x.example\nb@x.example",
            "name,email\nA,a@x.example\nB,b@x.example,,",
        ] {
            assert_eq!(read(input), expect, "{input:?}");
        }
        assert_eq!(read("a@x.example\nb@x.example\n"), ["1:a@x.example", "2:b@x.example"]);
        assert_eq!(read("\u{feff}a@x.example"), ["1:a@x.example"]);
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("email,name\n"), [""; 0]);
        assert_eq!(read("email\n\n  \na@x.example\n"), ["4:a@x.example"]);
        assert_eq!(read("email\r\n\r\n\r\na@x.example\r\n"), ["4:a@x.example"]);
    }

    #[test]
    fn bad_rows_are_told_by_line_and_others_come_through() {
        let input = "email,name,timezone,status,language\n\
            a@x.example\n\
            nobody\n\
            \"b@x.example,c@x.example\",B\n\
            \"d@x.example\r\nBcc: e@x.example\",D\n\
            f@x.example,F,Mars/Base\n\
            g@x.example,G,,asleep\n\
            h@x.example,H,,,en,i@x.example\n\
            ,nameless\n\
            j@x.example\0,J\n\
            k@x.example,K,,,no language\n\
            l@x.example,L\n";
        assert_eq!(
            read(input),
            [
                "2:a@x.example",
                "3!`nobody` has no `@`",
                "4!`b@x.example,c@x.example` is not one address",
                "5!a line break inside a cell; is a quote not closed?",
                "7!unknown timezone `Mars/Base`",
                "8!unknown status `asleep`, one of pending, active, unsubscribed, suppressed",
                "9!6 cells where the header has 5",
                "10!no address",
                "11!a control character (U+0000) in the address",
                "12!unknown language `no language`",
                "13:l@x.example",
            ]
        );
    }

    #[test]
    fn a_list_without_header_has_one_address_a_line() {
        assert_eq!(
            read("a@x.example,b@x.example\nc@x.example"),
            ["1!2 cells where a list without a header has 1", "2:c@x.example"]
        );
    }

    #[test]
    fn files_of_something_else_are_refused_once() {
        assert!(read("name,shoe\nAnn,42\nBea,43\n")[0].starts_with("1!no column is called `email`"));
        assert_eq!(read("name,shoe\nAnn,42\nBea,43\n").len(), 1);
        assert_eq!(read("email,Email\na@x.example,b@x.example\n"), ["1!two columns are called `email`"]);
        assert_eq!(read(b"\xff\xfee\0m\0"), ["1!the file is UTF-16; save it as UTF-8"]);
    }

    #[test]
    fn old_spreadsheets_write_latin_1() {
        assert_eq!(only(b"email,name\na@x.example,J\xf6rg\n").name.as_deref(), Some("Jörg"));
        assert_eq!(read(b"email,name\nj\xf6rg@x.example,J\n"), ["2!the address is not UTF-8"]);
    }

    fn subscriber(address: &str, name: &str) -> Subscriber {
        Subscriber {
            id: 0,
            address: address.parse().unwrap(),
            name: Some(name.to_owned()),
            language: Some("en".to_owned()),
            timezone: Some("Europe/Lisbon".parse().unwrap()),
            tags: vec!["-x".to_owned(), "weekly".to_owned()],
            status: Status::Suppressed,
        }
    }

    #[test]
    fn no_exported_cell_is_a_formula() {
        let mut out = Vec::new();
        write_csv(&mut out, [&subscriber("=cmd@x.example", "=HYPERLINK(\"http://x.example\")")]).unwrap();
        let expect = "email,name,language,timezone,tags,status\n\
            '=cmd@x.example,\"'=HYPERLINK(\"\"http://x.example\"\")\",en,Europe/Lisbon,'-x weekly,suppressed\n";
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(local in "['=+a-z-]{1,8}", name in "['=+@,;\"a-z-]{1,8}") {
            let written = subscriber(&format!("{local}@x.example"), &name);
            let mut out = Vec::new();
            write_csv(&mut out, [&written]).unwrap();
            let row = only(&out);
            prop_assert_eq!(row.address, written.address);
            prop_assert_eq!(row.name, written.name);
            prop_assert_eq!(row.tags, written.tags);
            prop_assert_eq!(row.status, written.status);
        }

        #[test]
        fn nothing_panics_on_foreign_bytes(input in proptest::collection::vec(any::<u8>(), 0..200), header in any::<bool>()) {
            let input = if header { [b"email,name\n".as_slice(), &input].concat() } else { input };
            for row in rows(input.as_slice()).flatten() {
                prop_assert!(!row.1.address.as_str().contains(['\r', '\n', '\0']));
            }
        }
    }
}
