//! Freezes an edition together with its pictures and the plan of who gets it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    edition::Edition,
    image::{Embedded, ImageProbes},
    render::{Rendered, Variants},
    select::{PastPost, past_post},
    subscriber::Audience,
};

use super::{
    db::{Row, Transaction, to_json, values},
    edition_record::EditionState,
    editions::MAIN_LANGUAGE,
    error::Error,
    open::Store,
    owner::Owner,
    runs,
};

/// Subscribers that are looked at together where tags decide; a plan of a million recipients never stands in memory
/// whole.
const PAGE: i64 = 10_000;

/// How an edition begins.
#[derive(Debug, Clone, Copy)]
pub struct PublishOptions<'a> {
    /// `Sending`, or one of those before it.
    pub state: EditionState,
    /// Why it is held.
    pub why: Option<&'a str>,
    /// The run that it is for: its number, when it was due, and who plans it.
    pub run: Option<(i64, DateTime<Utc>, &'a Owner)>,
}

impl PublishOptions<'_> {
    /// On its way at once, by a person's own act.
    pub const BY_HAND: Self = Self { state: EditionState::Sending, why: None, run: None };
}

impl Store {
    /// The number that the next edition of `digest` gets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_edition_number(&self, digest: &str) -> Result<i64, Error> {
        let select = "SELECT coalesce(max(number), 0) + 1 FROM edition WHERE digest = $1";
        self.db.value(select, values![digest]).await
    }

    /// Freezes an edition and plans a delivery for each subscriber of its audience, in one transaction: after it
    /// there is an edition with all its recipients, or none.
    ///
    /// # Errors
    /// When the store cannot be written; [`Error::Overtaken`] when another program froze this number first, or has
    /// the run.
    pub async fn publish(
        &self,
        edition: &Edition,
        variants: &Variants,
        audience: &Audience,
        options: &PublishOptions<'_>,
    ) -> Result<i64, Error> {
        let mut write = self.db.begin().await?;
        let taken = "SELECT EXISTS (SELECT 1 FROM edition WHERE digest = $1 AND number >= $2)";
        if write.value(taken, values![&edition.digest, edition.number]).await? {
            return Err(Error::Overtaken(edition.number));
        }
        let row: i64 = write
            .value(
                "INSERT INTO edition (uid, digest, number, state, why, due_ms, frozen_ms, content, subject)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                values![
                    edition.id.as_str(),
                    &edition.digest,
                    edition.number,
                    options.state.as_str(),
                    options.why,
                    options.run.map(|(_, due, _)| due),
                    edition.date,
                    to_json(edition, "edition")?,
                    &variants.main().subject,
                ],
            )
            .await?;
        for (language, parts) in std::iter::once((MAIN_LANGUAGE, variants.main())).chain(variants.others()) {
            insert_variant(&mut write, row, language, parts).await?;
        }
        insert(&mut write, row, &edition.images).await?;
        let posts = edition.posts.iter().map(|item| {
            let PastPost { source, id, link, title, published, fingerprint } = past_post(&item.post);
            values![row, source, id, link, title, published, &fingerprint.to_octets()[..]]
        });
        let posts = posts.collect();
        let insert = "INSERT INTO edition_post (edition, source, id, link, title, published_ms, fingerprint)";
        write.insert(insert, posts, "").await?;
        plan_deliveries(&mut write, row, &edition.digest, audience).await?;
        if let Some((run, _, owner)) = options.run
            && !runs::set_frozen(&mut write, run, owner, row).await?
        {
            return Err(Error::Overtaken(edition.number));
        }
        write.commit().await?;
        Ok(row)
    }

    /// How many subscribers an edition of `digest` would go to now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn audience_size(&self, digest: &str, audience: &Audience) -> Result<i64, Error> {
        let mut read = self.db.snapshot().await?;
        if audience.is_everybody() {
            let count = "SELECT count(*) FROM subscriber s WHERE s.status = 'active' AND s.listed = 1
                 AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = $1)";
            return read.value(count, values![digest]).await;
        }
        let (mut after, mut count) = (0, 0);
        while let Some((last, chosen)) = audience_page(&mut read, digest, audience, after).await? {
            after = last;
            count += chosen.len() as i64;
        }
        Ok(count)
    }
}

/// Plans a delivery for each subscriber of the audience who has none yet; says how many.
pub(super) async fn plan_deliveries(
    write: &mut Transaction<'_>,
    edition: i64,
    digest: &str,
    audience: &Audience,
) -> Result<u64, Error> {
    if audience.is_everybody() {
        let insert = "INSERT INTO delivery (edition, subscriber)
             SELECT $1, s.id FROM subscriber s WHERE s.status = 'active' AND s.listed = 1
             AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = $2)
             ORDER BY s.id ON CONFLICT DO NOTHING";
        return write.run(insert, values![edition, digest]).await;
    }
    let insert = "INSERT INTO delivery (edition, subscriber) SELECT $1, value FROM json_each($2) WHERE true
         ON CONFLICT DO NOTHING";
    let (mut after, mut planned) = (0, 0);
    while let Some((last, chosen)) = audience_page(write, digest, audience, after).await? {
        after = last;
        planned += write.run(insert, values![edition, &chosen[..]]).await?;
    }
    Ok(planned)
}

/// The next page of those who may get an edition of `digest`: the last number looked at, and who is in the audience.
/// Words compare without regard to case in every script, which SQLite cannot.
async fn audience_page(
    read: &mut Transaction<'_>,
    digest: &str,
    audience: &Audience,
    after: i64,
) -> Result<Option<(i64, Vec<i64>)>, Error> {
    let page = "SELECT s.id, s.tags, s.language FROM subscriber s WHERE s.status = 'active' AND s.listed = 1
         AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = $1)
         AND s.id > $2 ORDER BY s.id LIMIT $3";
    let page = read.all(page, values![digest, after, PAGE]).await?;
    let is_wanted =
        |row: &&Row| audience.holds(&row.get::<String>("tags"), row.get::<Option<String>>("language").as_deref());
    let chosen = page.iter().filter(is_wanted).map(|row| row.get("id")).collect();
    Ok(page.last().map(|last| (last.get("id"), chosen)))
}

async fn insert_variant(
    write: &mut Transaction<'_>,
    edition: i64,
    language: &str,
    parts: &Rendered,
) -> Result<(), Error> {
    let problems = to_json(&parts.problems, "variant")?;
    write
        .run(
            "INSERT INTO variant (edition, language, subject, preheader, html, text, mjml, problems)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                edition,
                language,
                &parts.subject,
                &parts.preheader,
                &parts.html,
                &parts.text,
                &parts.mjml,
                problems
            ],
        )
        .await?;
    Ok(())
}

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
