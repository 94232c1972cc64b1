//! Pictures: those that editions carry, and what is known of others by their addresses.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Row as _, SqliteConnection};

use super::{Error, Store, json, to_json};
use crate::image::{Embedded, Look, Looks};

/// What nobody looked at for so long is forgotten.
const UNUSED: TimeDelta = TimeDelta::days(90);

impl Store {
    /// What is known of the pictures at these addresses.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn looks(&self, urls: &[&str]) -> Result<Looks, Error> {
        let mut looks = Looks::new();
        for url in urls {
            let value: Option<String> =
                sqlx::query_scalar("SELECT value FROM look WHERE url = ?").bind(url).fetch_optional(&self.pool).await?;
            if let Some(value) = value {
                looks.insert((*url).to_owned(), json::<Look>(&value, "look")?);
            }
        }
        Ok(looks)
    }

    /// Keeps what was learnt, and forgets what is old.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_looks(&self, looks: &Looks, now: DateTime<Utc>) -> Result<(), Error> {
        if looks.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for (url, look) in looks {
            sqlx::query("INSERT OR REPLACE INTO look (url, value, at_ms) VALUES (?, ?, ?)")
                .bind(url)
                .bind(to_json(look, "look")?)
                .bind(look.at.timestamp_millis())
                .execute(&mut *write)
                .await?;
        }
        sqlx::query("DELETE FROM look WHERE at_ms < ?")
            .bind((now - UNUSED).timestamp_millis())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    /// The pictures that go along with an edition.
    pub(super) async fn images(&self, edition: i64) -> Result<Vec<Embedded>, Error> {
        let rows = sqlx::query("SELECT cid, media_type, octets FROM edition_image WHERE edition = ? ORDER BY place")
            .bind(edition)
            .fetch_all(&self.readers)
            .await?;
        let images = rows.into_iter().map(|row| Embedded {
            cid: row.get("cid"),
            media_type: row.get("media_type"),
            octets: Arc::from(row.get::<&[u8], _>("octets")),
        });
        Ok(images.collect())
    }
}

/// Freezes the pictures of an edition with it.
pub(super) async fn insert(write: &mut SqliteConnection, edition: i64, images: &[Embedded]) -> Result<(), Error> {
    for (place, image) in images.iter().enumerate() {
        sqlx::query("INSERT INTO edition_image (edition, place, cid, media_type, octets) VALUES (?, ?, ?, ?, ?)")
            .bind(edition)
            .bind(place as i64)
            .bind(&image.cid)
            .bind(&image.media_type)
            .bind(&image.octets[..])
            .execute(&mut *write)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Size, State};

    #[tokio::test]
    async fn looks_are_kept_and_forgotten_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let day = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(1_000 + day);
        let store = Store::open(&folder.path().join("tidings.db"), day(0)).await.unwrap();
        let look = |at, state| Look { at, state, size: Some(Size { width: 3, height: 4 }) };
        let both = Looks::from([
            ("a".to_owned(), look(day(0), State::Dead("gone".into()))),
            ("b".to_owned(), look(day(50), State::Alive)),
        ]);
        store.keep_looks(&both, day(50)).await.unwrap();
        assert_eq!(store.looks(&["a", "b", "c"]).await.unwrap(), both);
        let new = Looks::from([("c".to_owned(), look(day(100), State::Silent("slow".into())))]);
        store.keep_looks(&new, day(100)).await.unwrap();
        let left = store.looks(&["a", "b", "c"]).await.unwrap();
        assert_eq!(left.into_keys().collect::<Vec<_>>(), ["b", "c"]);
    }
}
