//! What readers decide about their own mail: they leave a digest or all of them, and come back.

use chrono::{DateTime, Utc};

use super::{
    db::{Row, Transaction, values},
    error::Error,
    open::Store,
};

/// What a reader asks for; whom it is about, their own token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionChange {
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

/// Whether a subscriber gets a digest, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// Gets it.
    Subscribed,
    /// Left it.
    Left,
    /// Left everything.
    LeftAll,
    /// Gets no mail and cannot come back by a link: suppressed, or taken off the list by the editor.
    Closed,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whether the subscriber gets the digest now.
    pub status: SubscriptionStatus,
    /// The language of their choice.
    pub language: Option<String>,
    /// Whether the change was one.
    pub is_new: bool,
}

const SELECT: &str = "SELECT s.status, s.listed, s.language, EXISTS (SELECT 1 FROM departure d
     WHERE d.subscriber = s.id AND d.digest = $2) AS has_left FROM subscriber s WHERE s.id = $1";

impl Store {
    /// Whether a subscriber gets a digest, and their language; `None` for nobody we know.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscription(&self, subscriber: i64, digest: &str) -> Result<Option<Applied>, Error> {
        Ok(self.db.first(SELECT, values![subscriber, digest]).await?.as_ref().map(unchanged))
    }

    /// Does what readers ask for, in one transaction that is committed before this returns; `None` for nobody we
    /// know. The same change again changes nothing. Who is suppressed stays so.
    ///
    /// # Errors
    /// When the transaction cannot be made durable: then none of it happened.
    pub async fn apply_changes(
        &self,
        changes: &[SubscriptionChange],
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<Applied>>, Error> {
        self.db.check_file()?;
        let mut write = self.db.begin().await?;
        let mut all = Vec::with_capacity(changes.len());
        for change in changes {
            all.push(apply(&mut write, change, now).await?);
        }
        write.commit().await?;
        Ok(all)
    }
}

async fn apply(
    write: &mut Transaction<'_>,
    change: &SubscriptionChange,
    now: DateTime<Utc>,
) -> Result<Option<Applied>, Error> {
    use SubscriptionChange::{Leave, LeaveAll, Return};
    let (subscriber, digest) = match change {
        Leave { subscriber, digest } | Return { subscriber, digest, .. } => (*subscriber, digest.as_str()),
        LeaveAll { subscriber } => (*subscriber, ""),
    };
    let row = write.first(SELECT, values![subscriber, digest]).await?;
    let Some(before) = row.as_ref().map(unchanged) else { return Ok(None) };
    let status = match change {
        Leave { .. } => {
            let is_new = leave(write, subscriber, digest, now).await?;
            let has_left_all = before.status == SubscriptionStatus::LeftAll;
            let status = if has_left_all { SubscriptionStatus::LeftAll } else { SubscriptionStatus::Left };
            return Ok(Some(Applied { status, is_new, ..before }));
        }
        _ if before.status == SubscriptionStatus::Closed => return Ok(Some(before)),
        LeaveAll { .. } => {
            set_status(write, subscriber, "unsubscribed").await?;
            SubscriptionStatus::LeftAll
        }
        Return { others, .. } => {
            if before.status == SubscriptionStatus::LeftAll {
                for other in others {
                    leave(write, subscriber, other, now).await?;
                }
                set_status(write, subscriber, "active").await?;
            }
            let back = "DELETE FROM departure WHERE subscriber = $1 AND digest = $2";
            write.run(back, values![subscriber, digest]).await?;
            SubscriptionStatus::Subscribed
        }
    };
    Ok(Some(Applied { status, is_new: status != before.status, ..before }))
}

/// Takes a subscriber off one digest; says whether they were on it.
pub(super) async fn leave(
    write: &mut Transaction<'_>,
    subscriber: i64,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let leave = "INSERT INTO departure (subscriber, digest, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(write.run(leave, values![subscriber, digest, now]).await? > 0)
}

/// Sets the status of who is not suppressed.
async fn set_status(write: &mut Transaction<'_>, subscriber: i64, status: &str) -> Result<(), Error> {
    let set = "UPDATE subscriber SET status = $1 WHERE id = $2 AND status <> 'suppressed'";
    write.run(set, values![status, subscriber]).await?;
    Ok(())
}

fn unchanged(row: &Row) -> Applied {
    let status = match (row.get::<String>("status").as_str(), row.get::<bool>("listed")) {
        ("suppressed", _) | (_, false) => SubscriptionStatus::Closed,
        ("unsubscribed", _) => SubscriptionStatus::LeftAll,
        _ if row.get("has_left") => SubscriptionStatus::Left,
        _ => SubscriptionStatus::Subscribed,
    };
    Applied { status, language: row.get("language"), is_new: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscriber::Status;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tidings.db"), now()).await.unwrap();
        let file = "email\nada@readers.example\nben@readers.example\n";
        let rows: Vec<_> = crate::subscriber::rows(file.as_bytes()).map(|row| row.unwrap().row).collect();
        store.import_subscribers(&rows, "test", now()).await.unwrap();
        (folder, store)
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn leave_weekly() -> SubscriptionChange {
        SubscriptionChange::Leave { subscriber: 1, digest: "weekly".to_owned() }
    }

    fn back() -> SubscriptionChange {
        SubscriptionChange::Return { subscriber: 1, digest: "weekly".to_owned(), others: vec!["daily".to_owned()] }
    }

    async fn status(store: &Store, digest: &str) -> SubscriptionStatus {
        store.subscription(1, digest).await.unwrap().unwrap().status
    }

    #[tokio::test]
    async fn a_reader_leaves_and_comes_back() {
        let (_folder, store) = store().await;
        let changes =
            [leave_weekly(), leave_weekly(), SubscriptionChange::Leave { subscriber: 99, digest: "weekly".to_owned() }];
        let applied = store.apply_changes(&changes, now()).await.unwrap();
        let new: Vec<Option<bool>> = applied.iter().map(|one| one.as_ref().map(|one| one.is_new)).collect();
        assert_eq!(new, [Some(true), Some(false), None]);
        assert_eq!(status(&store, "weekly").await, SubscriptionStatus::Left);
        assert_eq!(status(&store, "daily").await, SubscriptionStatus::Subscribed);
        assert!(store.apply_changes(&[back()], now()).await.unwrap()[0].as_ref().unwrap().is_new);
        assert_eq!(status(&store, "weekly").await, SubscriptionStatus::Subscribed);
    }

    #[tokio::test]
    async fn who_left_all_comes_back_to_what_they_ask_for_only() {
        let (_folder, store) = store().await;
        store.apply_changes(&[SubscriptionChange::LeaveAll { subscriber: 1 }], now()).await.unwrap();
        assert_eq!(status(&store, "daily").await, SubscriptionStatus::LeftAll);
        store.apply_changes(&[back()], now()).await.unwrap();
        assert_eq!(status(&store, "weekly").await, SubscriptionStatus::Subscribed);
        assert_eq!(status(&store, "daily").await, SubscriptionStatus::Left);
    }

    #[tokio::test]
    async fn nobody_who_is_suppressed_is_revived() {
        let (_folder, store) = store().await;
        let ada = "ada@readers.example".parse().unwrap();
        store.set_subscriber_status(&ada, Status::Suppressed).await.unwrap();
        for change in [back(), leave_weekly(), SubscriptionChange::LeaveAll { subscriber: 1 }, back()] {
            store.apply_changes(&[change], now()).await.unwrap();
            assert_eq!(store.subscriber(&ada).await.unwrap().unwrap().status, Status::Suppressed);
            assert_eq!(status(&store, "weekly").await, SubscriptionStatus::Closed);
        }
    }
}
