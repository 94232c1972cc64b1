//! The troubles that last, and whether people were told of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{db::values, error::Error, open::Store};

/// What changed about the troubles there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertChanges {
    /// The texts of those that are new.
    pub new: Vec<String>,
    /// Keys and texts of those that nobody was told of yet.
    pub untold: Vec<(String, String)>,
    /// The texts of those that are over.
    pub over: Vec<String>,
}

impl Store {
    /// Records the troubles there are, each a key that stays its own as long as it lasts, and a text.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn record_alerts(
        &self,
        troubles: &[(String, String)],
        now: DateTime<Utc>,
    ) -> Result<AlertChanges, Error> {
        let rows = self.db.all("SELECT key, text, told_ms IS NULL AS untold FROM alert", []).await?;
        let known: HashMap<String, (String, bool)> =
            rows.iter().map(|row| (row.get("key"), (row.get("text"), row.get("untold")))).collect();
        let present: HashSet<&str> = troubles.iter().map(|(key, _)| key.as_str()).collect();
        let over: Vec<_> = known.iter().filter(|(key, _)| !present.contains(key.as_str())).collect();
        let new: Vec<_> = troubles.iter().filter(|(key, _)| !known.contains_key(key)).collect();
        if !new.is_empty() || !over.is_empty() {
            let mut write = self.db.begin().await?;
            for (key, _) in &over {
                write.run("DELETE FROM alert WHERE key = $1", values![*key]).await?;
            }
            let rows = new.iter().map(|(key, text)| values![key, text, now]).collect();
            write.insert("INSERT INTO alert (key, text, seen_ms)", rows, "ON CONFLICT DO NOTHING").await?;
            write.commit().await?;
        }
        let is_untold = |key: &str| known.get(key).is_none_or(|(_, untold)| *untold);
        Ok(AlertChanges {
            new: new.into_iter().map(|(_, text)| text.clone()).collect(),
            untold: troubles.iter().filter(|(key, _)| is_untold(key)).cloned().collect(),
            over: over.into_iter().map(|(_, (text, _))| text.clone()).collect(),
        })
    }

    /// Records that somebody was told of these troubles.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn mark_alerts_sent(&self, keys: &[String], now: DateTime<Utc>) -> Result<(), Error> {
        let mut write = self.db.begin().await?;
        for key in keys {
            write.run("UPDATE alert SET told_ms = $1 WHERE key = $2", values![now, key]).await?;
        }
        write.commit().await
    }
}
