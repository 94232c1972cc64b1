//! Messages into a folder, one `.eml` file each, octet for octet what SMTP would carry.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    outcome::{Error, Outcome},
    reply::Reply,
};
use crate::message::Message;

/// Makes the folder, for its owner only: it will hold addresses.
pub(super) fn create_folder(folder: &Path) -> Result<PathBuf, Error> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|why| Error::Unreachable(format!("the folder `{}`", folder.display()), why))?;
    Ok(folder.to_owned())
}

/// Writes one message under its own name, so that a second try replaces the first and never doubles it.
pub(super) fn deliver(folder: &Path, message: &Message) -> Outcome {
    let file = folder.join(format!("{}.eml", message.name));
    match write(&file, &folder.join(format!(".{}.part", message.name)), &message.octets) {
        Ok(()) => Outcome::Sent(Reply { text: format!("written to {}", file.display()), ..Reply::default() }),
        Err(why) => Outcome::Unreached(format!("cannot write `{}`: {why}", file.display())),
    }
}

/// A reader of the folder sees a whole file or none.
fn write(file: &Path, part: &Path, octets: &[u8]) -> io::Result<()> {
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(part)
        .and_then(|mut open| open.write_all(octets))
        .and_then(|()| fs::rename(part, file));
    if written.is_err() {
        let _ = fs::remove_file(part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::transport::tests::message;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_second_try_replaces_the_first() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = create_folder(&temporary.path().join("a/outbox")).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let message = message("Subject: x\r\n\r\n.\r\n");
        for _ in 0..2 {
            assert!(matches!(deliver(&folder, &message), Outcome::Sent(_)));
        }
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [folder.join("weekly-3-000042.eml")]);
        assert_eq!(fs::read(&files[0]).unwrap(), message.octets);
    }

    #[test]
    fn a_folder_that_cannot_be_is_reported() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("file"), "").unwrap();
        assert!(matches!(create_folder(&temporary.path().join("file/outbox")), Err(Error::Unreachable(..))));
        let gone = temporary.path().join("gone");
        assert!(matches!(deliver(&gone, &message("x")), Outcome::Unreached(_)));
    }
}
