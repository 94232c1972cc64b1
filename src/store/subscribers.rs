//! Who gets the mail.

use super::{
    db::{Row, values},
    error::Error,
    open::Store,
};
use crate::subscriber::{Address, Status, Subscriber};

impl Store {
    /// One subscriber by address, in whatever case.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber(&self, address: &Address) -> Result<Option<Subscriber>, Error> {
        let select = "SELECT * FROM subscriber WHERE folded = $1";
        let row = self.db.first(select, values![address.as_str().to_lowercase()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The next page of subscribers after the number `after`, in the order of their numbers; those too who left or
    /// were suppressed before the subscribers file forgot them, so that a copy of the list does not bring them back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscribers_after(&self, after: i64, limit: i64) -> Result<Vec<Subscriber>, Error> {
        let select = "SELECT * FROM subscriber WHERE id > $1
             AND (listed = 1 OR status IN ('unsubscribed', 'suppressed')) ORDER BY id LIMIT $2";
        self.db.all(select, values![after, limit]).await?.iter().map(read).collect()
    }

    /// A few subscribers who get mail: so many of each language, of those who were there first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sample_subscribers(&self, each: i64) -> Result<Vec<Subscriber>, Error> {
        let select = "SELECT placed.* FROM (
                SELECT s.*, row_number() OVER (PARTITION BY s.language ORDER BY s.id) AS place FROM (
                    SELECT * FROM subscriber WHERE status = 'active' AND listed = 1 ORDER BY id LIMIT 1000) s) placed
             WHERE placed.place <= $1 ORDER BY placed.language IS NOT NULL, placed.language, placed.id";
        self.db.all(select, values![each]).await?.iter().map(read).collect()
    }

    /// The languages that active subscribers ask for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber_languages(&self) -> Result<Vec<String>, Error> {
        let select = "SELECT DISTINCT language FROM subscriber
             WHERE status = 'active' AND listed = 1 AND language IS NOT NULL ORDER BY language";
        Ok(self.db.all(select, []).await?.iter().map(|row| row.get("language")).collect())
    }

    /// Subscribers on the list by status.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber_counts(&self) -> Result<Vec<(String, i64)>, Error> {
        let select =
            "SELECT status, count(*) AS count FROM subscriber WHERE listed = 1 GROUP BY status ORDER BY status";
        Ok(self.db.all(select, []).await?.iter().map(|row| (row.get("status"), row.get("count"))).collect())
    }

    /// Sets a subscriber's status; says whether the address is known.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_subscriber_status(&self, address: &Address, status: Status) -> Result<bool, Error> {
        let set = "UPDATE subscriber SET status = $1 WHERE folded = $2";
        Ok(self.db.run(set, values![status.as_str(), address.as_str().to_lowercase()]).await? > 0)
    }
}

/// Reads a row of the table `subscriber`.
pub(super) fn read(row: &Row) -> Result<Subscriber, Error> {
    Ok(Subscriber {
        id: row.get("id"),
        address: row.parse("address", "subscriber")?,
        name: row.get("name"),
        language: row.get("language"),
        timezone: row.get::<Option<String>>("timezone").and_then(|name| name.parse().ok()),
        tags: row.get::<String>("tags").split_whitespace().map(str::to_owned).collect(),
        status: row.parse("status", "subscriber")?,
    })
}
