//! The columns of a subscribers file: what each is read as, and a row by them.

use csv::ByteRecord;

use super::{
    address::Address,
    known_columns::{ColumnUse, Field, KNOWN, Tool, simplify},
    record::{Status, plain_name},
};
use crate::{diagnostic::Diagnostic, zone::Zone};

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
    pub timezone: Option<Zone>,
    /// What `audience` asks for, each once.
    pub tags: Vec<String>,
    /// Active where the row says nothing.
    pub status: Status,
    /// The digests that were left one by one.
    pub left: Vec<String>,
    /// When and where they agreed, in the words of the file: `optin time: 2024-01-02, optin ip: 192.0.2.1`.
    pub consent: Option<String>,
}

impl SubscriberRow {
    /// Somebody of whom nothing but the address is known.
    pub fn of(address: Address) -> Self {
        Self {
            address,
            name: None,
            language: None,
            timezone: None,
            tags: Vec::new(),
            status: Status::Active,
            left: Vec::new(),
            consent: None,
        }
    }
}

/// How a file of subscribers is to be read, where it is not said by the file itself.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The tool that wrote it; known by its columns where this is none.
    pub tool: Option<String>,
    /// What columns are, by their names.
    pub columns: Vec<(String, Field)>,
    /// The status of everybody of whom the file does not say a graver one.
    pub status: Option<Status>,
    /// The name of the file: some tools write there whom it holds.
    pub file_name: String,
}

/// A column of a file, and whether it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What it is read as; `None` where it is not read.
    pub read_as: Option<&'static str>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    pub(super) why: Diagnostic,
    /// It may say that somebody does not want mail, and is not understood.
    pub(super) is_about_consent: bool,
}

impl From<String> for RowFault {
    fn from(why: String) -> Self {
        Self { why: why.into(), is_about_consent: false }
    }
}

/// The columns, in their order.
#[derive(Debug)]
pub(super) struct Columns {
    uses: Vec<(String, ColumnUse)>,
    tool: Option<&'static Tool>,
    least: Status,
    pub(super) is_header: bool,
}

impl Columns {
    /// Reads the first row of a file.
    ///
    /// # Errors
    /// Says that it is neither a header with one column of addresses nor an address, or which of its columns may be
    /// about consent and is not understood.
    pub(super) fn read(record: &ByteRecord, options: &ReadOptions) -> Result<Self, RowFault> {
        let least = KNOWN.status_by_file_name(&options.file_name).max(options.status).unwrap_or_default();
        let names: Vec<String> = record.iter().map(|cell| text(cell).trim().to_owned()).collect();
        let simple: Vec<String> = names.iter().map(|name| simplify(name)).collect();
        let tool = match &options.tool {
            Some(asked) => {
                Some(KNOWN.tools.iter().find(|tool| tool.name == *asked).ok_or_else(|| unknown_tool(asked))?)
            }
            None => KNOWN.tool_of(&simple),
        };
        for (asked, _) in &options.columns {
            if !simple.contains(&simplify(asked)) {
                return Err(format!("no column is called `{asked}`").into());
            }
        }
        let mapped = |name: &String| options.columns.iter().find(|(asked, _)| simplify(asked) == *name);
        let use_of = |name: &String| {
            mapped(name).map_or_else(|| KNOWN.use_of(name, tool), |(_, field)| ColumnUse::Field(*field))
        };
        let mut uses: Vec<(String, ColumnUse)> =
            simple.iter().zip(&names).map(|(simple, name)| (name.clone(), use_of(simple))).collect();
        let addresses = |uses: &[(String, ColumnUse)]| {
            let is_address = |(_, column): &&(String, ColumnUse)| *column == ColumnUse::Field(Field::Email);
            uses.iter().filter(is_address).map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        match addresses(&uses).as_slice() {
            [_] => {}
            [] if names.first().is_some_and(|cell| cell.contains('@')) => {
                uses = vec![(String::new(), ColumnUse::Field(Field::Email))];
                return Ok(Self { uses, tool: None, least, is_header: false });
            }
            [] => return Err(no_address(&names)),
            [first, second, ..] => {
                let why = Diagnostic::new(format!("two columns hold addresses, `{first}` and `{second}`"));
                let why = why.hint(format!("`--map \"{second}=ignore\"` leaves one out"));
                return Err(RowFault { why, is_about_consent: false });
            }
        }
        if let Some((name, _)) = uses.iter().find(|(_, column)| *column == ColumnUse::Unclear) {
            let why =
                Diagnostic::new(format!("the column `{name}` may say who does not want mail, and is not understood"));
            let why = why.hint(format!("say what it is: `--map \"{name}=status\"`, or `--map \"{name}=ignore\"`"));
            return Err(RowFault { why, is_about_consent: true });
        }
        Ok(Self { uses, tool, least, is_header: true })
    }

    /// The tool that wrote the file, where it is known.
    pub(super) fn tool(&self) -> Option<&'static str> {
        self.tool.map(|tool| tool.name.as_str())
    }

    /// Each column, and what it is read as.
    pub(super) fn list(&self) -> Vec<Column> {
        let read_as = |column: ColumnUse| match column {
            ColumnUse::Field(Field::Ignore) | ColumnUse::Unread | ColumnUse::Unclear => None,
            ColumnUse::Field(Field::Email) => Some("address"),
            ColumnUse::Field(Field::Name | Field::FirstName | Field::LastName) => Some("name"),
            ColumnUse::Field(Field::Language) => Some("language"),
            ColumnUse::Field(Field::Timezone) => Some("time zone"),
            ColumnUse::Field(Field::Tags) => Some("tags"),
            ColumnUse::Field(Field::Left) => Some("digests that were left"),
            ColumnUse::Field(Field::Consent) => Some("proof of consent"),
            ColumnUse::Field(Field::Status)
            | ColumnUse::Filled(_)
            | ColumnUse::Yes(_)
            | ColumnUse::No(_)
            | ColumnUse::Empty(_) => Some("status"),
        };
        self.uses.iter().map(|(name, column)| Column { name: name.clone(), read_as: read_as(*column) }).collect()
    }

    /// So many cells a row has.
    pub(super) fn width(&self) -> usize {
        self.uses.len()
    }

    /// The cell of the address, where it is one.
    pub(super) fn address(&self, record: &ByteRecord) -> Option<Address> {
        let place = self.uses.iter().position(|(_, column)| *column == ColumnUse::Field(Field::Email))?;
        unguarded(text(record.get(place)?).trim()).parse().ok()
    }

    /// Reads a row; what is wrong with it and costs nobody their mail is put into `warnings`.
    ///
    /// # Errors
    /// Says why the row names nobody that mail could go to, or not just one, or what it says of consent is not
    /// understood.
    pub(super) fn row(&self, record: &ByteRecord, warnings: &mut Vec<String>) -> Result<SubscriberRow, RowFault> {
        if record.iter().skip(self.width()).any(|cell| !cell.trim_ascii().is_empty()) {
            let expected = if self.is_header { "the header has" } else { "a list without a header has" };
            return Err(format!("{} cells where {expected} {}", record.len(), self.width()).into());
        }
        let mut row = None;
        let (mut status, mut first, mut last, mut whole) = (self.least, None, None, None);
        let (mut language, mut timezone, mut tags, mut left) = (None, None, Vec::new(), Vec::new());
        let mut consent: Vec<String> = Vec::new();
        for (place, (name, column)) in self.uses.iter().enumerate() {
            let cell = record.get(place).unwrap_or_default();
            let words = text(cell);
            let words = unguarded(words.trim());
            let one = || plain_name(words);
            match column {
                ColumnUse::Field(Field::Email) => row = Some(address(cell)?),
                ColumnUse::Field(Field::Name) => whole = one(),
                ColumnUse::Field(Field::FirstName) => first = one(),
                ColumnUse::Field(Field::LastName) => last = one(),
                ColumnUse::Field(Field::Language) => language = language_of(words, warnings),
                ColumnUse::Field(Field::Timezone) => timezone = timezone_of(words, warnings),
                ColumnUse::Field(Field::Tags) => tags.extend(self.tags(words)),
                ColumnUse::Field(Field::Left) => left.extend(words.split_whitespace().map(str::to_owned)),
                ColumnUse::Field(Field::Consent) => {
                    consent.extend(one().map(|words| format!("{}: {words}", simplify(name))))
                }
                ColumnUse::Field(Field::Ignore) | ColumnUse::Unread | ColumnUse::Unclear => {}
                ColumnUse::Field(Field::Status) if words.is_empty() => {}
                ColumnUse::Field(Field::Status) => {
                    status = status.max(KNOWN.status(words, self.tool).ok_or_else(|| unclear(name, words))?);
                }
                ColumnUse::Filled(graver) if KNOWN.answer(words) != Some(false) => status = status.max(*graver),
                ColumnUse::Empty(graver) if words.is_empty() => status = status.max(*graver),
                ColumnUse::Filled(_) | ColumnUse::Empty(_) => {}
                ColumnUse::Yes(graver) | ColumnUse::No(graver) => {
                    let answer = KNOWN.answer(words).or_else(|| is_date(words).then_some(true));
                    if answer.ok_or_else(|| unclear(name, words))? == matches!(column, ColumnUse::Yes(_)) {
                        status = status.max(*graver);
                    }
                }
            }
        }
        let address = row.ok_or_else(|| "no address".to_owned())?;
        let both = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = whole.or(Some(both).filter(|name| !name.is_empty()));
        let consent = Some(consent.join(", ")).filter(|words| !words.is_empty());
        Ok(SubscriberRow { address, name, language, timezone, tags: unique(tags), status, left: unique(left), consent })
    }

    /// Tags are parted by spaces, as we write them; by commas where there are any, and then a space within one becomes `-`.
    fn tags(&self, words: &str) -> Vec<String> {
        let bare = |tag: &str| tag.trim_matches(|c: char| c.is_whitespace() || "\"'[]".contains(c)).to_owned();
        let is_list = words.contains([',', ';', '"']) || self.tool.is_some_and(|tool| tool.name != "tidings");
        let tags: Vec<String> = if is_list {
            let parts = words.split([',', ';']).map(bare);
            parts.map(|tag| tag.split_whitespace().collect::<Vec<_>>().join("-")).collect()
        } else {
            words.split_whitespace().map(str::to_owned).collect()
        };
        tags.into_iter().filter(|tag| !tag.is_empty()).collect()
    }
}

fn unknown_tool(asked: &str) -> String {
    let mut names: Vec<&str> = KNOWN.tools.iter().map(|tool| tool.name.as_str()).collect();
    names.dedup();
    format!("unknown tool `{asked}`, one of {}", names.join(", "))
}

fn no_address(names: &[String]) -> RowFault {
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let why = Diagnostic::new(format!("no column is called `email`; there are {names}"));
    let why =
        why.hint("the first line is `email,name,language,timezone,tags,status`, or `--map \"COLUMN=email\"` names it");
    RowFault { why, is_about_consent: false }
}

fn unclear(column: &str, words: &str) -> RowFault {
    let known = "active, pending, unsubscribed, suppressed";
    let why = Diagnostic::new(format!("`{words}` in the column `{column}` is no status that is known"));
    let why = why.hint(format!("one of {known}, or what other tools write for those"));
    RowFault { why, is_about_consent: true }
}

fn address(cell: &[u8]) -> Result<Address, String> {
    if cell.trim_ascii().iter().any(|byte| b"\r\n".contains(byte)) {
        return Err("a line break inside the address; is a quote not closed?".to_owned());
    }
    let text = std::str::from_utf8(cell).map_err(|_| "the address is not UTF-8".to_owned())?;
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return Err("no address".to_owned());
    }
    unguarded(text).parse()
}

fn language_of(words: &str, warnings: &mut Vec<String>) -> Option<String> {
    if words.is_empty() || is_tag(words) && words.split('-').next().is_some_and(|primary| primary.len() <= 3) {
        return Some(words.to_owned()).filter(|tag| !tag.is_empty());
    }
    match KNOWN.language(words) {
        Some(tag) => {
            warnings.push(format!("the language `{words}` is read as `{tag}`"));
            Some(tag.to_owned())
        }
        None => {
            let tag = words.replace('_', "-");
            if is_tag(&tag) && tag.len() <= 6 && tag.contains('-') {
                return Some(tag);
            }
            warnings.push(format!(
                "unknown language `{words}`; they get the publication's. A tag is meant, such as `en` or `pt-BR`"
            ));
            None
        }
    }
}

fn timezone_of(words: &str, warnings: &mut Vec<String>) -> Option<Zone> {
    let zone = words.parse().ok();
    if zone.is_none() && !words.is_empty() {
        warnings.push(format!(
            "unknown timezone `{words}`; the publication's counts. A name is meant, such as `Europe/Berlin`"
        ));
    }
    zone
}

fn is_date(words: &str) -> bool {
    words.len() >= 8 && words.starts_with(|c: char| c.is_ascii_digit())
}

fn unique(mut words: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
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

/// A cell without the apostrophe that keeps a spreadsheet from running it.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Says whether a spreadsheet would run the cell, or it looks like one that is guarded already.
pub(super) fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
