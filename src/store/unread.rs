//! Mails that a person is to read: `unread/` beside the store, a Maildir that is nobody else's to read.

use std::{
    fs::{self, DirBuilder},
    io::{self, Write as _},
    path::PathBuf,
};

use sha2::{Digest as _, Sha256};

use super::{open::Store, private_file};

impl Store {
    /// Keeps a mail for a person. The same mail again is kept once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_unread(&self, octets: &[u8]) -> io::Result<()> {
        let folder = self.unread_folder();
        let mut new = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
        for part in ["tmp", "cur", "new"] {
            new.recursive(true).create(folder.join(part))?;
        }
        let name = file_name(octets);
        let is_known = |part: &str| {
            let names = fs::read_dir(folder.join(part)).into_iter().flatten().flatten().map(|file| file.file_name());
            names.into_iter().any(|file| file.to_string_lossy().starts_with(&name))
        };
        if is_known("cur") || folder.join("new").join(&name).exists() {
            return Ok(());
        }
        // Whoever reads the folder sees a whole mail or none.
        let part = folder.join("tmp").join(format!("{name}.{}", std::process::id()));
        let _ = fs::remove_file(&part);
        let mut file = private_file::create(&part)?;
        file.write_all(octets)?;
        file.sync_all()?;
        fs::rename(part, folder.join("new").join(name))
    }

    /// Takes out a mail that has come to a person another way; one that was opened stays.
    pub fn drop_unread(&self, octets: &[u8]) {
        let _ = fs::remove_file(self.unread_folder().join("new").join(file_name(octets)));
    }

    /// How many mails are kept that nobody has opened.
    pub fn unread_count(&self) -> usize {
        fs::read_dir(self.unread_folder().join("new")).map_or(0, |files| files.flatten().count())
    }

    fn unread_folder(&self) -> PathBuf {
        self.path().with_file_name("unread")
    }
}

/// What tells one content from every other.
pub(super) fn content_id(octets: &[u8]) -> String {
    Sha256::digest(octets).iter().map(|octet| format!("{octet:02x}")).collect()
}

fn file_name(octets: &[u8]) -> String {
    content_id(octets).chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_kept_once_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tidings.db"), chrono::DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(store.unread_count(), 0);
        for octets in [b"one", b"two", b"one"] {
            store.keep_unread(octets).unwrap();
        }
        assert_eq!(store.unread_count(), 2);
        let new = folder.path().join("unread/new");
        let mail = fs::read_dir(&new).unwrap().next().unwrap().unwrap();
        assert_eq!(mail.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o700);
        let read = mail.file_name().into_string().unwrap() + ":2,S";
        let octets = fs::read(mail.path()).unwrap();
        fs::rename(mail.path(), folder.path().join("unread/cur").join(read)).unwrap();
        store.keep_unread(&octets).unwrap();
        assert_eq!(store.unread_count(), 1);
    }
}
