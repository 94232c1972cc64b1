//! Subscribers as CSV, read row by row and written so that a spreadsheet runs nothing.

use std::{
    collections::VecDeque,
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
};

use csv::ByteRecord;
use csv_core::ReadRecordResult;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::{
    columns::{Column, Columns, ReadOptions, RowFault, SubscriberRow, is_formula},
    record::Subscriber,
};
use crate::diagnostic::Diagnostic;

/// The columns of the file, as they are written.
const HEADER: [&str; 7] = ["email", "name", "language", "timezone", "tags", "status", "left"];

/// No line is longer: octets.
const MAX_LINE: usize = 1024 * 1024;

/// No row has more lines, in quotes.
const MAX_ROW_LINES: usize = 50;

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRow {
    /// Where it begins, counted from 1.
    pub line: u64,
    /// Whom it names.
    pub row: SubscriberRow,
    /// What is wrong with it and costs nobody their mail.
    pub warnings: Vec<String>,
}

/// A row that names nobody mail could go to, or not just one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where the row begins, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: Diagnostic,
    /// It may say that somebody does not want mail, and is not understood.
    pub is_about_consent: bool,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Reads subscribers as they come, each with its line; bad rows stand between the good ones.
///
/// As [`SubscriberFile::open`]; what keeps a file from being read at all is its one bad row.
pub fn rows(input: impl Read) -> impl Iterator<Item = Result<ReadRow, BadRow>> {
    let (file, fault) = match SubscriberFile::open(input, &ReadOptions::default()) {
        Ok(file) => (Some(file), None),
        Err(fault) => (None, Some(Err(fault))),
    };
    file.into_iter().flatten().chain(fault)
}

/// A file of subscribers, its header read.
#[expect(missing_debug_implementations, reason = "a reader has none")]
pub struct SubscriberFile<R> {
    records: Records<R>,
    columns: Columns,
    /// The first row of a list that has no header.
    first: Option<(u64, ByteRecord)>,
}

impl<R: Read> SubscriberFile<R> {
    /// Reads the first row: a header with a column of addresses, in any order and case; where it is an address, the file is
    /// a plain list of addresses. Cells are parted by commas, semicolons or tabs. UTF-8, UTF-16 with its mark, and what
    /// spreadsheets of Western Europe write are understood, and the columns of other tools. The same address may come
    /// twice: what that means is for the caller to say.
    ///
    /// # Errors
    /// Says why none of the file can be read.
    pub fn open(input: R, options: &ReadOptions) -> Result<Self, BadRow> {
        let (mut records, first) = Records::open(input)?;
        let Some((line, record)) = first else {
            let columns = Columns::read(&ByteRecord::from(vec!["email"]), &ReadOptions::default());
            let columns = columns.map_err(|fault| bad(1, fault))?;
            return Ok(Self { records, columns, first: None });
        };
        let columns = Columns::read(&record, options).map_err(|fault| bad(line, fault))?;
        records.width = columns.width();
        let first = (!columns.is_header).then_some((line, record));
        Ok(Self { records, columns, first })
    }

    /// The tool that wrote it, where its columns tell.
    pub fn tool(&self) -> Option<&'static str> {
        self.columns.tool()
    }

    /// Its columns, and what each is read as.
    pub fn columns(&self) -> Vec<Column> {
        self.columns.list()
    }
}

impl<R: Read> Iterator for SubscriberFile<R> {
    type Item = Result<ReadRow, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, record) = match self.first.take() {
            Some(first) => first,
            None => match self.records.next(|record| self.columns.address(record).is_some())? {
                Ok(next) => next,
                Err(bad) => return Some(Err(bad)),
            },
        };
        let mut warnings = Vec::new();
        Some(match self.columns.row(&record, &mut warnings) {
            Ok(row) => Ok(ReadRow { line, row, warnings }),
            Err(fault) => Err(bad(line, fault)),
        })
    }
}

fn bad(line: u64, fault: RowFault) -> BadRow {
    BadRow { line, why: fault.why, is_about_consent: fault.is_about_consent }
}

/// The rows of a file by its lines, so that a quote that nobody closes costs one row and not all behind it.
struct Records<R> {
    input: BufReader<Lines<DecodeReaderBytes<R, Vec<u8>>>>,
    parser: csv_core::Reader,
    width: usize,
    /// The number of the line that is read next.
    line: u64,
    /// Lines that were read already.
    ahead: VecDeque<Vec<u8>>,
}

impl<R: Read> Records<R> {
    /// Reads the first row too: it tells what parts cells.
    fn open(input: R) -> Result<(Self, Option<(u64, ByteRecord)>), BadRow> {
        let input = DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(input);
        let input = BufReader::new(Lines { input, last: b'\n', is_over: false });
        let parser = csv_core::Reader::new();
        let mut records = Self { input, parser, width: 0, line: 1, ahead: VecDeque::new() };
        let first = records.next_line().transpose()?;
        if let Some((_, line)) = first {
            records.parser = csv_core::ReaderBuilder::new().delimiter(delimiter(&line)).build();
            (records.line, records.ahead) = (records.line - 1, VecDeque::from([line]));
        }
        let first = records.next(|_| true).transpose()?;
        Ok((records, first))
    }

    /// The next row that is not blank. A row that goes over several lines must end, have as many cells as the header, and
    /// no row within it (`is_row`): else its first line is a bad row, and the next is read for itself.
    fn next(&mut self, is_row: impl Fn(&ByteRecord) -> bool) -> Option<Result<(u64, ByteRecord), BadRow>> {
        loop {
            let (number, first) = match self.next_line()? {
                Ok(line) => line,
                Err(bad) => return Some(Err(bad)),
            };
            if first.trim_ascii().is_empty() {
                continue;
            }
            if let Some(record) = self.parse(&first) {
                if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                    continue;
                }
                return Some(Ok((number, record)));
            }
            let (mut whole, mut more) = (first, Vec::new());
            let mut record = None;
            while record.is_none() && more.len() < MAX_ROW_LINES && whole.len() < MAX_LINE {
                let Some(Ok((_, line))) = self.next_line() else { break };
                whole.extend_from_slice(&line);
                more.push(line);
                record = self.parse(&whole);
            }
            let width = self.width;
            let mut holds_row =
                |line: &Vec<u8>| self.parse(line).is_some_and(|inner| inner.len() == width && is_row(&inner));
            match record.filter(|record| record.len() == width && !more.iter().any(&mut holds_row)) {
                Some(record) => return Some(Ok((number, record))),
                None => {
                    self.line -= more.len() as u64;
                    more.extend(std::mem::take(&mut self.ahead));
                    self.ahead = more.into();
                    return Some(Err(bad(number, "a quote that is not closed".to_owned().into())));
                }
            }
        }
    }

    /// The cells of a row; `None` where a quote is open at its end.
    fn parse(&mut self, text: &[u8]) -> Option<ByteRecord> {
        let (mut cells, mut ends) = (vec![0; text.len()], vec![0; text.len() + 1]);
        self.parser.reset();
        let (result, _, written, count) = self.parser.read_record(text, &mut cells, &mut ends);
        if result != ReadRecordResult::Record {
            return None;
        }
        let mut start = 0;
        let cells = &cells[..written];
        Some(ends[..count].iter().map(|end| &cells[std::mem::replace(&mut start, *end)..*end]).collect())
    }

    /// The next line with its end, and its number.
    fn next_line(&mut self) -> Option<Result<(u64, Vec<u8>), BadRow>> {
        let number = self.line;
        self.line += 1;
        if let Some(line) = self.ahead.pop_front() {
            return Some(Ok((number, line)));
        }
        let mut line = Vec::new();
        let fault = |why: String| Some(Err(bad(number, why.into())));
        match self.input.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut line) {
            Err(error) => fault(error.to_string()),
            Ok(0) => None,
            Ok(_) if !line.ends_with(b"\n") => {
                let skipped = self.input.skip_until(b'\n');
                fault(
                    skipped.map_or_else(|error| error.to_string(), |_| format!("a line longer than {MAX_LINE} octets")),
                )
            }
            Ok(_) => Some(Ok((number, line))),
        }
    }
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

/// Writes subscribers and the digests that each left, as [`rows`] reads them.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front, which `rows` takes off again.
///
/// # Errors
/// Those of `out`.
pub fn write_csv<'a>(
    out: impl Write,
    subscribers: impl IntoIterator<Item = (&'a Subscriber, &'a [String])>,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for (subscriber, left) in subscribers {
        writer.write_record([
            guarded(subscriber.address.as_str()),
            guarded(subscriber.name.as_deref().unwrap_or_default()),
            guarded(subscriber.language.as_deref().unwrap_or_default()),
            guarded(subscriber.timezone.map_or("", |zone| zone.name())),
            guarded(&subscriber.tags.join(" ")),
            guarded(subscriber.status.as_str()),
            guarded(&left.join(" ")),
        ])?;
    }
    writer.flush()
}

fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests;
