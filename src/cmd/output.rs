//! Writing: data to standard output, files, tables.

use std::{
    fs::{self, DirBuilder},
    io::{self, Write as _},
    path::Path,
};

use serde::Serialize;

use super::exit::{Context as _, Failure};

/// Prints data. Who stops reading early is not told that this failed.
///
/// # Errors
/// When standard output takes nothing.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write to standard output"),
    }
}

/// Prints one JSON value on one line.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(value).context("cannot be JSON")?;
    print(&format!("{json}\n"))
}

/// Writes a file, and makes its folder, which is nobody else's to read; `-` is standard output.
///
/// # Errors
/// When either cannot be made.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        return print(&String::from_utf8_lossy(contents));
    }
    if let Some(folder) = path.parent() {
        let mut new = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
        new.recursive(true).create(folder).context(format!("cannot make `{}`", folder.display()))?;
    }
    fs::write(path, contents).context(format!("cannot write `{}`", path.display()))
}

/// A table without lines, as wide as the terminal.
pub fn table(header: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(header);
    table
}

/// So many of something: `1 post`, `2 posts`.
pub fn count(number: i64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
