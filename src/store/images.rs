//! Pictures: those that editions carry, and what is known of others by their addresses.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    db::{Transaction, to_json, values},
    error::Error,
    open::Store,
};
use crate::image::{Embedded, ImageProbes};

/// What nobody looked at for so long is forgotten.
const MAX_UNUSED: TimeDelta = TimeDelta::days(90);

impl Store {
    /// What is known of the pictures at these addresses.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn image_probes(&self, urls: &[&str]) -> Result<ImageProbes, Error> {
        let select = "SELECT url, value FROM look WHERE url IN (SELECT value FROM json_each($1))";
        let rows = self.db.all(select, values![to_json(urls, "look")?]).await?;
        rows.iter().map(|row| Ok((row.get("url"), row.json("value", "look")?))).collect()
    }

    /// Keeps what was learnt, and forgets what is old.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_image_probes(&self, probes: &ImageProbes, now: DateTime<Utc>) -> Result<(), Error> {
        if probes.is_empty() {
            return Ok(());
        }
        let rows = probes.iter().map(|(url, probe)| Ok(values![url, to_json(probe, "look")?, probe.at]));
        let rows = rows.collect::<Result<Vec<_>, Error>>()?;
        let replace = "ON CONFLICT (url) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms";
        let mut write = self.db.begin().await?;
        write.insert("INSERT INTO look (url, value, at_ms)", rows, replace).await?;
        write.run("DELETE FROM look WHERE at_ms < $1", values![now - MAX_UNUSED]).await?;
        write.commit().await
    }

    /// The pictures that go along with an edition.
    pub(super) async fn edition_images(&self, edition: i64) -> Result<Vec<Embedded>, Error> {
        let select = "SELECT cid, media_type, octets FROM edition_image WHERE edition = $1 ORDER BY place";
        let rows = self.db.all(select, values![edition]).await?;
        let images = rows.iter().map(|row| Embedded {
            cid: row.get("cid"),
            media_type: row.get("media_type"),
            octets: Arc::from(row.get::<Vec<u8>>("octets")),
        });
        Ok(images.collect())
    }
}

/// Freezes the pictures of an edition with it.
pub(super) async fn insert(write: &mut Transaction<'_>, edition: i64, images: &[Embedded]) -> Result<(), Error> {
    let insert = "INSERT INTO edition_image (edition, place, cid, media_type, octets) VALUES ($1, $2, $3, $4, $5)";
    for (place, image) in (0_i64..).zip(images) {
        write.run(insert, values![edition, place, &image.cid, &image.media_type, &image.octets[..]]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Availability, ImageProbe, Size};

    #[tokio::test]
    async fn looks_are_kept_and_forgotten_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let day = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(1_000 + day);
        let store = Store::open(&folder.path().join("tidings.db"), day(0)).await.unwrap();
        let probe = |at, state| ImageProbe { at, state, size: Some(Size { width: 3, height: 4 }) };
        let both = ImageProbes::from([
            ("a".to_owned(), probe(day(0), Availability::Dead("gone".into()))),
            ("b".to_owned(), probe(day(50), Availability::Alive)),
        ]);
        store.keep_image_probes(&both, day(50)).await.unwrap();
        assert_eq!(store.image_probes(&["a", "b", "c"]).await.unwrap(), both);
        let new = ImageProbes::from([("c".to_owned(), probe(day(100), Availability::Silent("slow".into())))]);
        store.keep_image_probes(&new, day(100)).await.unwrap();
        let left = store.image_probes(&["a", "b", "c"]).await.unwrap();
        assert_eq!(left.into_keys().collect::<Vec<_>>(), ["b", "c"]);
    }
}
