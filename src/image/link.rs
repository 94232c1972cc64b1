//! Pictures by their addresses: how large they are, and whether anybody can see them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use tokio::time::Instant;

use super::{
    outcome::{ImageOutcome, is_invisible, linked, unusable_address},
    probe::{self, Availability, ImageProbe, ImageProbes},
};
use crate::{
    post::Image,
    source::fetch::{Fetcher, Limits},
};

/// Nobody waits longer for the sizes of all pictures of an edition.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// At most so many pictures are looked at at the same time; the fetcher spares each host besides.
const MAX_CONCURRENT: usize = 16;

/// Settles pictures that a mail names by their addresses, one answer for each.
///
/// Files of ours are read; addresses are asked, unless `past` holds. What was learnt comes back. A dead or private
/// picture is left out; one whose server is silent now is kept, because it may be there when the mail is read.
pub async fn link(
    images: &[&Image],
    past: &ImageProbes,
    limits: &Limits,
    now: DateTime<Utc>,
) -> (Vec<ImageOutcome>, ImageProbes) {
    let deadline = Instant::now() + limits.timeout.min(TOTAL_TIMEOUT);
    let fetcher = Fetcher::new(limits);
    let mut wanted: Vec<&Image> = Vec::new();
    for &image in images {
        let is_fit = unusable_address(&image.url, limits.allow_private).is_none() && !is_invisible(image);
        let asks = image.file.is_none() && is_fit && !is_stated(image);
        let known = past.get(image.url.as_str()).is_some_and(|probe| probe.is_fresh(now));
        if asks && !known && !wanted.iter().any(|other| other.url == image.url) {
            wanted.push(image);
        }
    }
    let fetcher = &fetcher;
    let ask = |image: &Image| {
        let (url, key) = (image.url.clone(), image.url.to_string());
        async move { (probe::ask(&url, fetcher, past.get(&key), deadline, now).await, key) }
    };
    let asked: Vec<_> = wanted.into_iter().map(ask).collect();
    let asked = stream::iter(asked).buffer_unordered(MAX_CONCURRENT);
    let learnt: ImageProbes = asked.map(|(probe, key)| (key, probe)).collect().await;
    let settled = images.iter().map(|image| {
        if let Some(why) = unusable_address(&image.url, limits.allow_private) {
            return ImageOutcome::left_out(&why);
        }
        if is_invisible(image) {
            return ImageOutcome::left_out(probe::NOTHING);
        }
        let probe = match &image.file {
            Some(path) => probe::open(path, now),
            None => {
                let probe = learnt.get(image.url.as_str()).or_else(|| past.get(image.url.as_str()));
                probe.cloned().ok_or_else(String::new)
            }
        };
        match probe {
            Ok(probe) => classify(image, &probe),
            Err(_) if is_stated(image) => ImageOutcome::shown(linked(image, None)),
            Err(why) => ImageOutcome::left_out(&why),
        }
    });
    (settled.collect(), learnt)
}

/// What becomes of a picture of which this is known.
fn classify(image: &Image, probe: &ImageProbe) -> ImageOutcome {
    let shown = linked(image, probe.size);
    match &probe.state {
        Availability::Alive => ImageOutcome::shown(shown),
        Availability::Dead(why) => ImageOutcome::left_out(why),
        Availability::Silent(why) => {
            ImageOutcome { image: Some(shown), problem: Some(format!("its picture may not be seen: {why}")) }
        }
    }
}

/// An example of an address (RFC 2606) cannot be asked; what its feed states of the picture is believed.
fn is_stated(image: &Image) -> bool {
    let is_example = image.url.domain().is_some_and(|name| name.ends_with(".example"));
    is_example && image.width.is_some() && image.height.is_some()
}
