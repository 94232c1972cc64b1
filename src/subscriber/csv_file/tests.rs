use proptest::prelude::*;

use super::*;
use crate::subscriber::Status;

/// Reads `input`; rows as `line:address`, bad ones as `line!why`.
fn read(input: impl AsRef<[u8]>) -> Vec<String> {
    let told = |row: Result<ReadRow, BadRow>| match row {
        Ok(ReadRow { line, row, warnings }) if warnings.is_empty() => format!("{line}:{}", row.address),
        Ok(ReadRow { line, row, warnings }) => format!("{line}:{} ({})", row.address, warnings.join("; ")),
        Err(bad) => format!("{}!{}", bad.line, bad.why),
    };
    rows(input.as_ref()).map(told).collect()
}

fn only(input: impl AsRef<[u8]>) -> SubscriberRow {
    let mut rows = rows(input.as_ref());
    let row = rows.next().unwrap().unwrap().row;
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
            "5!a quote that is not closed",
            "6!`Bcc: e@x.example\"` is not one address",
            "7:f@x.example (unknown timezone `Mars/Base`; the publication's counts. A name is meant, such as `Europe/Berlin`)",
            "8!`asleep` in the column `status` is no status that is known\nhint: one of active, pending, unsubscribed, \
             suppressed, or what other tools write for those",
            "9!6 cells where the header has 5",
            "10!no address",
            "11!a control character (U+0000) in the address",
            "12:k@x.example (unknown language `no language`; they get the publication's. A tag is meant, such as `en` or \
             `pt-BR`)",
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
    assert!(read("email,Email\na@x.example,b@x.example\n")[0].starts_with("1!two columns hold addresses"));
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
    let cmd = subscriber("=cmd@x.example", "=HYPERLINK(\"http://x.example\")");
    write_csv(&mut out, [(&cmd, ["weekly".to_owned()].as_slice())]).unwrap();
    let expect = "email,name,language,timezone,tags,status,left\n\
        '=cmd@x.example,\"'=HYPERLINK(\"\"http://x.example\"\")\",en,Europe/Lisbon,'-x weekly,suppressed,weekly\n";
    assert_eq!(String::from_utf8(out).unwrap(), expect);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(local in "['=+a-z-]{1,8}", name in "['=+@,;\"a-z-]{1,8}") {
        let written = subscriber(&format!("{local}@x.example"), &name);
        let mut out = Vec::new();
        write_csv(&mut out, [(&written, [].as_slice())]).unwrap();
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
            prop_assert!(!row.row.address.as_str().contains(['\r', '\n', '\0']));
        }
    }
}

#[test]
fn a_quote_that_nobody_closes_costs_one_row() {
    let input =
        "email,name\na@x.example,A\nb@x.example,\"B\nc@x.example,C\nd@x.example,\"D, and more\"\ne@x.example,E\n";
    let expect = ["2:a@x.example", "3!a quote that is not closed", "4:c@x.example", "5:d@x.example", "6:e@x.example"];
    assert_eq!(read(input), expect);
    let twice = "email,name\nb@x.example,\"B\nc@x.example,C\nd@x.example,D\"\ne@x.example,E\n";
    assert_eq!(read(twice)[0], "2!a quote that is not closed");
    assert!(read(twice).contains(&"3:c@x.example".to_owned()) && read(twice).contains(&"5:e@x.example".to_owned()));
    let note = "email,note,name\na@x.example,\"one line,\nand another\",A\nb@x.example,,B\n";
    assert_eq!(read(note), ["2:a@x.example", "4:b@x.example"]);
}

#[test]
fn utf_16_is_read() {
    let text = "email;name\r\nj@x.example;Jörg\r\n";
    let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for input in [little, big] {
        assert_eq!(only(input).name.as_deref(), Some("Jörg"));
    }
}
