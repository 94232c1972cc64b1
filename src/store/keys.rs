//! The signing keys: drawn here, and changed once a year. Old ones go on verifying, so that old links work.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, Store, locked};
use crate::token::Keys;

/// A key signs for so long.
const AGE: TimeDelta = TimeDelta::days(365);

impl Store {
    /// The signing keys, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn keys(&self) -> Result<Keys, Error> {
        self.keys_of(DateTime::<Utc>::MAX_UTC).await
    }

    /// The keys for an edition that was frozen then: what signed on its first try signs on every other, so that its
    /// Message-IDs stay.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn keys_of(&self, frozen: DateTime<Utc>) -> Result<Keys, Error> {
        let rows: Vec<(u8, Vec<u8>)> = sqlx::query_as(
            "SELECT number, secret FROM signing_key ORDER BY
             CASE WHEN made_ms <= ?1 THEN 0 ELSE 1 END, CASE WHEN made_ms <= ?1 THEN -number ELSE number END",
        )
        .bind(frozen.timestamp_millis())
        .fetch_all(&self.readers)
        .await?;
        let mut keys = rows.into_iter().filter_map(|(number, secret)| Some((number, secret.try_into().ok()?)));
        let signing = keys.next().ok_or(sqlx::Error::RowNotFound)?;
        Ok(Keys::new(signing, keys))
    }

    /// Draws a key where there is none, or the newest has signed for a year; says whether it did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn rotate_key(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let newest = "SELECT number, made_ms FROM signing_key ORDER BY number DESC LIMIT 1";
        let newest: Option<(i64, i64)> = sqlx::query_as(newest).fetch_optional(&self.pool).await?;
        let number = match newest {
            Some((_, made)) if now.timestamp_millis().saturating_sub(made) < AGE.num_milliseconds() => {
                return Ok(false);
            }
            // A token names its key in one octet.
            Some((255.., _)) => return Ok(false),
            Some((number, _)) => number + 1,
            None => 1,
        };
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
        // Of two programs that draw at the same moment, one is first.
        let query = "INSERT INTO signing_key (number, secret, made_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        let query = sqlx::query(query).bind(number).bind(&secret[..]).bind(now.timestamp_millis());
        let drawn = query.execute(&self.pool).await.map_err(|error| locked(error, &self.path))?;
        Ok(drawn.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Purpose;

    #[tokio::test]
    async fn keys_change_once_a_year_and_old_links_work() {
        let folder = tempfile::tempdir().unwrap();
        let day = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day);
        let store = Store::open(&folder.path().join("tidings.db"), day(0)).await.unwrap();
        let old = store.keys().await.unwrap().sign(Purpose::Unsubscribe, b"x");
        assert!(!store.rotate_key(day(364)).await.unwrap());
        assert!(store.rotate_key(day(365)).await.unwrap());
        assert!(!store.rotate_key(day(366)).await.unwrap());
        let keys = store.keys().await.unwrap();
        assert_ne!(keys.sign(Purpose::Unsubscribe, b"x"), old);
        assert_eq!(keys.verify(Purpose::Unsubscribe, &old).as_deref(), Some(&b"x"[..]));
        let of = |frozen| store.keys_of(frozen);
        assert_eq!(of(day(364)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old, "an edition keeps its key");
        assert_ne!(of(day(365)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old);
        assert_eq!(of(day(-9)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old, "the clock was set back");
        // A clock far behind draws nothing.
        assert!(!store.rotate_key(day(-900)).await.unwrap());
    }
}
