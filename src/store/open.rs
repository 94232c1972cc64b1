//! Opens the store and lets go of it.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{db::Database, error::Error};

/// The open store.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) db: Database,
}

impl Store {
    /// Opens the store, and makes it (mode 0600) where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is locked, or holds something else.
    pub async fn open(path: &Path, now: DateTime<Utc>) -> Result<Self, Error> {
        let store = Self { db: Database::open(path).await? };
        if let Err(error) = store.prepare(now).await {
            // A connection that is only dropped goes on closing while the file may be moved or removed.
            store.close().await;
            return Err(error);
        }
        Ok(store)
    }

    async fn prepare(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.db.migrate().await?;
        self.rotate_key(now).await?;
        Ok(())
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        self.db.path()
    }

    /// Writes everything into the one file and lets go of it.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Writes something that changes nothing: what fails here would fail for everything else.
    ///
    /// # Errors
    /// When the store cannot be written, or is not there any more.
    pub async fn try_write(&self) -> Result<(), Error> {
        self.db.check_file()?;
        let mut write = self.db.begin().await?;
        write.run("PRAGMA user_version = 0", []).await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_new_store_may_be_opened_by_many_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let opened = (0..8).map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Store::open(&path, DateTime::UNIX_EPOCH).await })
        });
        for opened in futures::future::join_all(opened).await {
            opened.unwrap().unwrap();
        }
    }
}
