//! What a language model answered: paid for once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, Store};

/// The model's words, or why its answer was none.
pub type Answer = Result<String, String>;

/// An answer that nobody used for so long goes.
const UNUSED: TimeDelta = TimeDelta::days(180);

impl Store {
    /// The answers that are kept under any of `keys`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn answers(&self, keys: &[&str]) -> Result<HashMap<String, Answer>, Error> {
        let mut answers = HashMap::new();
        for key in keys {
            let row: Option<(Option<String>, Option<String>)> =
                sqlx::query_as("SELECT teaser, refused FROM llm_answer WHERE key = ?")
                    .bind(key)
                    .fetch_optional(&self.pool)
                    .await?;
            if let Some((teaser, refused)) = row {
                let answer = teaser.ok_or_else(|| refused.unwrap_or_default());
                answers.insert((*key).to_owned(), answer);
            }
        }
        Ok(answers)
    }

    /// Keeps new answers, notes that `used` ones were used, and lets go of those that nobody uses any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_answers(&self, new: &[(&str, &Answer)], used: &[&str], now: DateTime<Utc>) -> Result<(), Error> {
        let mut write = self.write().await?;
        for (key, answer) in new {
            sqlx::query("INSERT OR REPLACE INTO llm_answer (key, teaser, refused, used_ms) VALUES (?, ?, ?, ?)")
                .bind(key)
                .bind(answer.as_ref().ok())
                .bind(answer.as_ref().err())
                .bind(now.timestamp_millis())
                .execute(&mut *write)
                .await?;
        }
        for key in used {
            sqlx::query("UPDATE llm_answer SET used_ms = max(used_ms, ?) WHERE key = ?")
                .bind(now.timestamp_millis())
                .bind(key)
                .execute(&mut *write)
                .await?;
        }
        sqlx::query("DELETE FROM llm_answer WHERE used_ms < ?")
            .bind((now - UNUSED).timestamp_millis())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_and_refusals_are_kept_while_they_are_used() {
        let folder = tempfile::tempdir().unwrap();
        let day = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(1_000 + day);
        let store = Store::open(&folder.path().join("tidings.db"), day(0)).await.unwrap();
        let (fine, refused) = (Ok("Fine.".to_owned()), Err("no JSON".to_owned()));
        store.keep_answers(&[("a", &fine), ("b", &refused)], &[], day(0)).await.unwrap();
        let all = store.answers(&["a", "b", "c"]).await.unwrap();
        assert_eq!(all, HashMap::from([("a".to_owned(), fine), ("b".to_owned(), refused)]));
        store.keep_answers(&[], &["a"], day(170)).await.unwrap();
        store.keep_answers(&[], &[], day(190)).await.unwrap();
        let left = store.answers(&["a", "b"]).await.unwrap();
        assert!(left.contains_key("a") && !left.contains_key("b"));
    }
}
