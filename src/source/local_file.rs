//! A file on this machine: only a regular one, and only so long. A pipe or a device would be read for ever.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    path::Path,
};

use crate::diagnostic::Diagnostic;

/// Reads a file of at most `most` octets.
///
/// # Errors
/// Says in plain words that there is none, that it is none, that it is too large, or why it cannot be read.
pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Diagnostic> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Diagnostic::new("there is no such file"),
        _ => Diagnostic::new(format!("the file cannot be read: {error}")),
    };
    let found = path.metadata().map_err(failed)?;
    if found.is_dir() {
        return Err(Diagnostic::new("this is a folder, not a file").hint("a folder of posts is `folder = \"…\"`"));
    }
    if !found.is_file() {
        return Err(Diagnostic::new("this is a pipe or a device, not a file").hint("write what it gives into a file"));
    }
    let too_large =
        || Diagnostic::new(format!("the file is larger than {most} octets")).hint("raise `fetch.max_bytes`");
    // Some files say that they are empty and never end.
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    if found.len() > limit {
        return Err(too_large());
    }
    let mut octets = Vec::new();
    File::open(path).and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut octets)).map_err(failed)?;
    if octets.len() > most { Err(too_large()) } else { Ok(octets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(path: &str, why: &str) {
        let error = read(Path::new(path), 1_000).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn only_files_are_read_and_only_so_far() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("feed.xml");
        std::fs::write(&file, "<rss/>").unwrap();
        assert_eq!(read(&file, 6).unwrap(), b"<rss/>");
        assert!(read(&file, 5).unwrap_err().message.contains("larger than 5 octets"));
        File::create(&file).unwrap().set_len(1 << 40).unwrap();
        refused(file.to_str().unwrap(), "larger than 1000 octets");
        refused(folder.path().to_str().unwrap(), "a folder, not a file");
        refused("/dev/zero", "a pipe or a device");
        refused("/nowhere/at/all", "no such file");
    }
}
