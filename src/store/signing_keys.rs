//! The signing keys: drawn here, and changed once a year. Old ones go on verifying, so that old links work.

use chrono::{DateTime, TimeDelta, Utc};

use super::{db::values, error::Error, open::Store};
use crate::token::Keys;

/// A key signs for so long.
const MAX_AGE: TimeDelta = TimeDelta::days(365);

impl Store {
    /// The signing keys, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn signing_keys(&self) -> Result<Keys, Error> {
        self.signing_keys_at(DateTime::<Utc>::MAX_UTC).await
    }

    /// The keys for an edition that was frozen then: what signed on its first try signs on every other, so that its
    /// Message-IDs stay.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn signing_keys_at(&self, frozen: DateTime<Utc>) -> Result<Keys, Error> {
        // The newest that was there by then signs; where the clock was set back, the oldest.
        let keys = self
            .db
            .all(
                "SELECT number, secret FROM signing_key ORDER BY
                 CASE WHEN made_ms <= $1 THEN 0 ELSE 1 END, CASE WHEN made_ms <= $1 THEN -number ELSE number END",
                values![frozen],
            )
            .await?;
        let mut keys = keys
            .iter()
            .filter_map(|row| Some((row.get::<u8>("number"), row.get::<Vec<u8>>("secret").try_into().ok()?)));
        let signing = keys.next().ok_or_else(|| no_key("it has none"))?;
        Ok(Keys::new(signing, keys))
    }

    /// Draws a key where there is none, or the newest has signed for a year; says whether it did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn rotate_key(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let newest = "SELECT number, made_ms FROM signing_key ORDER BY number DESC LIMIT 1";
        let number = match self.db.first(newest, []).await? {
            Some(row) if now - row.get::<DateTime<Utc>>("made_ms") < MAX_AGE => return Ok(false),
            // A token names its key in one octet.
            Some(row) if row.get::<i64>("number") >= 255 => return Ok(false),
            Some(row) => row.get::<i64>("number") + 1,
            None => 1,
        };
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| no_key(&error.to_string()))?;
        // Of two programs that draw at the same moment, one is first.
        let insert = "INSERT INTO signing_key (number, secret, made_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(self.db.run(insert, values![number, &secret[..], now]).await? > 0)
    }
}

fn no_key(why: &str) -> Error {
    Error::Corrupt { place: "signing_key", source: why.into() }
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
        let old = store.signing_keys().await.unwrap().sign(Purpose::Unsubscribe, b"x");
        assert!(!store.rotate_key(day(364)).await.unwrap());
        assert!(store.rotate_key(day(365)).await.unwrap());
        assert!(!store.rotate_key(day(366)).await.unwrap());
        let keys = store.signing_keys().await.unwrap();
        assert_ne!(keys.sign(Purpose::Unsubscribe, b"x"), old);
        assert_eq!(keys.verify(Purpose::Unsubscribe, &old).as_deref(), Some(&b"x"[..]));
        let of = |frozen| store.signing_keys_at(frozen);
        assert_eq!(of(day(364)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old, "an edition keeps its key");
        assert_ne!(of(day(365)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old);
        assert_eq!(of(day(-9)).await.unwrap().sign(Purpose::Unsubscribe, b"x"), old, "the clock was set back");
        // A clock far behind draws nothing.
        assert!(!store.rotate_key(day(-900)).await.unwrap());
    }
}
