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
    pub async fn subscribers_after(&self, after: i64, limit: i64) -> Result<Vec<ListedSubscriber>, Error> {
        let select = format!(
            "{} WHERE s.id > $1
             AND (s.listed = 1 OR s.status IN ('unsubscribed', 'suppressed')) ORDER BY s.id LIMIT $2",
            listed()
        );
        self.db.all(&select, values![after, limit]).await?.iter().map(read_listed).collect()
    }

    /// One subscriber by address, with what they left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn listed_subscriber(&self, address: &Address) -> Result<Option<ListedSubscriber>, Error> {
        let select = format!("{} WHERE s.folded = $1", listed());
        let row = self.db.first(&select, values![address.as_str().to_lowercase()]).await?;
        row.as_ref().map(read_listed).transpose()
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

    /// Subscribers on the list by status; who left every digest has left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber_counts(&self) -> Result<Vec<(String, i64)>, Error> {
        let select = format!(
            "SELECT status, count(*) AS count FROM (SELECT CASE WHEN s.status IN ('active', 'pending') AND {LEFT_ALL}
                THEN 'unsubscribed' ELSE s.status END AS status FROM subscriber s WHERE s.listed = 1) counted
             GROUP BY status ORDER BY status"
        );
        Ok(self.db.all(&select, []).await?.iter().map(|row| (row.get("status"), row.get("count"))).collect())
    }

    /// Brings what the store knows of the digests up to date. Who left all that there were stays off one that is new.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_digests(&self, names: &[&str]) -> Result<(), Error> {
        let known = "SELECT name, current FROM digest";
        let known: Vec<(String, bool)> =
            self.db.all(known, []).await?.iter().map(|row| (row.get("name"), row.get("current"))).collect();
        let is_as_known = |name: &str| known.iter().any(|(known, current)| known == name && *current);
        let current = known.iter().filter(|(_, current)| *current).count();
        if current == names.len() && names.iter().all(|name| is_as_known(name)) {
            return Ok(());
        }
        let mut write = self.db.begin().await?;
        if names.iter().any(|name| known.iter().all(|(known, _)| known != name)) {
            let gone =
                format!("UPDATE subscriber AS s SET status = 'unsubscribed' WHERE s.status = 'active' AND {LEFT_ALL}");
            write.run(&gone, []).await?;
        }
        write.run("UPDATE digest SET current = 0", []).await?;
        for name in names {
            let keep = "INSERT INTO digest (name, current) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET current = 1";
            write.run(keep, values![*name]).await?;
        }
        write.commit().await
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

/// A subscriber as the list shows them.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSubscriber {
    /// Who; unsubscribed where they left every digest.
    pub subscriber: Subscriber,
    /// The digests that they left, by their names.
    pub left: Vec<String>,
}

/// Subscribers with what they left.
fn listed() -> String {
    format!(
        "SELECT s.*, (SELECT group_concat(d.digest, ' ') FROM departure d WHERE d.subscriber = s.id) AS left_digests,
         {LEFT_ALL} AS has_left_all FROM subscriber s"
    )
}

/// Says that the subscriber `s` left every digest that there is.
const LEFT_ALL: &str = "EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id)
     AND EXISTS (SELECT 1 FROM digest g WHERE g.current = 1)
     AND NOT EXISTS (SELECT 1 FROM digest g WHERE g.current = 1
     AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = g.name))";

fn read_listed(row: &Row) -> Result<ListedSubscriber, Error> {
    let mut subscriber = read(row)?;
    if row.get("has_left_all") && subscriber.status < Status::Unsubscribed {
        subscriber.status = Status::Unsubscribed;
    }
    let left = row.get::<Option<String>>("left_digests").unwrap_or_default();
    Ok(ListedSubscriber { subscriber, left: left.split_whitespace().map(str::to_owned).collect() })
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
