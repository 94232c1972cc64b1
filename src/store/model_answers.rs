//! What a language model answered: paid for once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    db::{Row, to_json, values},
    error::Error,
    open::Store,
};

/// The model's words, or why its answer was none.
pub type ModelAnswer = Result<String, String>;

/// An answer that nobody used for so long goes.
const MAX_UNUSED: TimeDelta = TimeDelta::days(180);

impl Store {
    /// The answers that are kept under any of `keys`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn model_answers(&self, keys: &[&str]) -> Result<HashMap<String, ModelAnswer>, Error> {
        let select = "SELECT key, teaser, refused FROM llm_answer WHERE key IN (SELECT value FROM json_each($1))";
        let rows = self.db.all(select, values![to_json(keys, "llm_answer")?]).await?;
        let answer = |row: &Row| {
            let refused = || row.get::<Option<String>>("refused").unwrap_or_default();
            (row.get("key"), row.get::<Option<String>>("teaser").ok_or_else(refused))
        };
        Ok(rows.iter().map(answer).collect())
    }

    /// Keeps new answers, notes that `used` ones were used, and lets go of those that nobody uses any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_model_answers(
        &self,
        new: &[(&str, &ModelAnswer)],
        used: &[&str],
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let mut write = self.db.begin().await?;
        let rows = new.iter().map(|(key, answer)| {
            let (teaser, refused) = (answer.as_ref().ok(), answer.as_ref().err());
            values![*key, teaser, refused, now]
        });
        let rows = rows.collect();
        write
            .insert(
                "INSERT INTO llm_answer (key, teaser, refused, used_ms)",
                rows,
                "ON CONFLICT (key) DO UPDATE SET teaser = excluded.teaser, refused = excluded.refused,
                 used_ms = excluded.used_ms",
            )
            .await?;
        write
            .run(
                "UPDATE llm_answer SET used_ms = $1
                 WHERE used_ms < $1 AND key IN (SELECT value FROM json_each($2))",
                values![now, to_json(used, "llm_answer")?],
            )
            .await?;
        write.run("DELETE FROM llm_answer WHERE used_ms < $1", values![now - MAX_UNUSED]).await?;
        write.commit().await
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
        store.save_model_answers(&[("a", &fine), ("b", &refused)], &[], day(0)).await.unwrap();
        let all = store.model_answers(&["a", "b", "c"]).await.unwrap();
        assert_eq!(all, HashMap::from([("a".to_owned(), fine), ("b".to_owned(), refused)]));
        store.save_model_answers(&[], &["a"], day(170)).await.unwrap();
        store.save_model_answers(&[], &[], day(190)).await.unwrap();
        let left = store.model_answers(&["a", "b"]).await.unwrap();
        assert!(left.contains_key("a") && !left.contains_key("b"));
    }
}
