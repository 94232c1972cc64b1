//! What readers decide about their own mail: they leave a digest or all of them, and come back.

use chrono::{DateTime, Utc};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Store, bounces::leave};

/// What a reader asks for; whom it is about, their own token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// No more of this digest.
    Leave {
        /// The subscriber's number.
        subscriber: i64,
        /// The digest's name.
        digest: String,
    },
    /// No more of anything.
    LeaveAll {
        /// The subscriber's number.
        subscriber: i64,
    },
    /// This digest again, and none of the `others` that was left with it.
    Return {
        /// The subscriber's number.
        subscriber: i64,
        /// The digest's name.
        digest: String,
        /// Every other digest there is.
        others: Vec<String>,
    },
}

/// How a subscriber stands to a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Gets it.
    Reads,
    /// Left it.
    Left,
    /// Left everything.
    LeftAll,
    /// Gets no mail and cannot come back by a link: suppressed, or taken off the list by the editor.
    Closed,
}

/// What a wish came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// How the subscriber stands now.
    pub reading: Reading,
    /// The language of their choice.
    pub language: Option<String>,
    /// Whether the wish changed something.
    pub is_new: bool,
}

const ASK: &str = "SELECT status, listed, language, EXISTS
    (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = ?2) AS has_left FROM subscriber s WHERE id = ?1";

impl Store {
    /// How a subscriber stands to a digest, and their language; `None` for nobody we know.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reading(&self, subscriber: i64, digest: &str) -> Result<Option<Granted>, Error> {
        let row = sqlx::query(ASK).bind(subscriber).bind(digest).fetch_optional(&self.readers).await?;
        Ok(row.as_ref().map(granted))
    }

    /// Grants what readers ask for, in one transaction that is committed before this returns; `None` for nobody we
    /// know. The same wish again changes nothing. Who is suppressed stays so.
    ///
    /// # Errors
    /// When the transaction cannot be made durable: then none of it happened.
    pub async fn grant(&self, wishes: &[Wish], now: DateTime<Utc>) -> Result<Vec<Option<Granted>>, Error> {
        // SQLite would go on writing into a file that no longer has a name, and nobody would ever read it.
        std::fs::metadata(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })?;
        let mut write = self.write().await?;
        let mut all = Vec::with_capacity(wishes.len());
        for wish in wishes {
            all.push(grant(&mut write, wish, now).await?);
        }
        write.commit().await?;
        Ok(all)
    }
}

async fn grant(write: &mut SqliteConnection, wish: &Wish, now: DateTime<Utc>) -> Result<Option<Granted>, Error> {
    let (subscriber, digest) = match wish {
        Wish::Leave { subscriber, digest } | Wish::Return { subscriber, digest, .. } => (*subscriber, digest.as_str()),
        Wish::LeaveAll { subscriber } => (*subscriber, ""),
    };
    let row = sqlx::query(ASK).bind(subscriber).bind(digest).fetch_optional(&mut *write).await?;
    let Some(before) = row.as_ref().map(granted) else { return Ok(None) };
    let reading = match wish {
        Wish::Leave { .. } => {
            let is_new = leave(write, subscriber, digest, now).await?;
            let reading = if before.reading == Reading::LeftAll { Reading::LeftAll } else { Reading::Left };
            return Ok(Some(Granted { reading, is_new, ..before }));
        }
        Wish::LeaveAll { .. } if before.reading == Reading::Closed => return Ok(Some(before)),
        Wish::LeaveAll { .. } => {
            set_status(write, subscriber, "unsubscribed").await?;
            Reading::LeftAll
        }
        Wish::Return { .. } if before.reading == Reading::Closed => return Ok(Some(before)),
        Wish::Return { others, .. } => {
            if before.reading == Reading::LeftAll {
                for other in others {
                    leave(write, subscriber, other, now).await?;
                }
                set_status(write, subscriber, "active").await?;
            }
            sqlx::query("DELETE FROM departure WHERE subscriber = ? AND digest = ?")
                .bind(subscriber)
                .bind(digest)
                .execute(&mut *write)
                .await?;
            Reading::Reads
        }
    };
    Ok(Some(Granted { reading, is_new: reading != before.reading, ..before }))
}

/// Sets the status of who is neither suppressed nor off the list.
async fn set_status(write: &mut SqliteConnection, subscriber: i64, status: &str) -> Result<(), Error> {
    sqlx::query("UPDATE subscriber SET status = ? WHERE id = ? AND status <> 'suppressed'")
        .bind(status)
        .bind(subscriber)
        .execute(write)
        .await?;
    Ok(())
}

fn granted(row: &SqliteRow) -> Granted {
    let reading = match (row.get::<&str, _>("status"), row.get::<bool, _>("listed")) {
        ("suppressed", _) | (_, false) => Reading::Closed,
        ("unsubscribed", _) => Reading::LeftAll,
        _ if row.get("has_left") => Reading::Left,
        _ => Reading::Reads,
    };
    Granted { reading, language: row.get("language"), is_new: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscriber::Status;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tidings.db"), now()).await.unwrap();
        let file = "email\nada@readers.example\nben@readers.example\n";
        let rows: Vec<_> = crate::subscriber::rows(file.as_bytes()).map(|row| row.unwrap().1).collect();
        store.upsert(&rows, None, now()).await.unwrap();
        (folder, store)
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn leave_weekly() -> Wish {
        Wish::Leave { subscriber: 1, digest: "weekly".to_owned() }
    }

    fn back() -> Wish {
        Wish::Return { subscriber: 1, digest: "weekly".to_owned(), others: vec!["daily".to_owned()] }
    }

    async fn reading(store: &Store, digest: &str) -> Reading {
        store.reading(1, digest).await.unwrap().unwrap().reading
    }

    #[tokio::test]
    async fn a_reader_leaves_and_comes_back() {
        let (_folder, store) = store().await;
        let wishes = [leave_weekly(), leave_weekly(), Wish::Leave { subscriber: 99, digest: "weekly".to_owned() }];
        let granted = store.grant(&wishes, now()).await.unwrap();
        let new: Vec<Option<bool>> = granted.iter().map(|one| one.as_ref().map(|one| one.is_new)).collect();
        assert_eq!(new, [Some(true), Some(false), None]);
        assert_eq!(reading(&store, "weekly").await, Reading::Left);
        assert_eq!(reading(&store, "daily").await, Reading::Reads);
        assert!(store.grant(&[back()], now()).await.unwrap()[0].as_ref().unwrap().is_new);
        assert_eq!(reading(&store, "weekly").await, Reading::Reads);
    }

    #[tokio::test]
    async fn who_left_all_comes_back_to_what_they_ask_for_only() {
        let (_folder, store) = store().await;
        store.grant(&[Wish::LeaveAll { subscriber: 1 }], now()).await.unwrap();
        assert_eq!(reading(&store, "daily").await, Reading::LeftAll);
        store.grant(&[back()], now()).await.unwrap();
        assert_eq!(reading(&store, "weekly").await, Reading::Reads);
        assert_eq!(reading(&store, "daily").await, Reading::Left);
    }

    #[tokio::test]
    async fn nobody_who_is_suppressed_is_revived() {
        let (_folder, store) = store().await;
        let ada = "ada@readers.example".parse().unwrap();
        store.set_status(&ada, Status::Suppressed).await.unwrap();
        for wish in [back(), leave_weekly(), Wish::LeaveAll { subscriber: 1 }, back()] {
            store.grant(&[wish], now()).await.unwrap();
            assert_eq!(store.subscriber(&ada).await.unwrap().unwrap().status, Status::Suppressed);
            assert_eq!(reading(&store, "weekly").await, Reading::Closed);
        }
    }
}
