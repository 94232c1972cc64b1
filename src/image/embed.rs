//! Pictures that go along with the mail: had, made small, and chosen so that all of them fit.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::{sync::Semaphore, time::Instant};
use url::Url;

use super::{
    BUDGET, Embedded, Look, Looks, Settled, State, budget, linked, look,
    shrink::{self, Ladder, MOST_PIXELS},
    size::{self, Head},
    unfit,
    workers::{self, Workers},
};
use crate::{
    post::Image,
    source::fetch::{Fetcher, Limits, Octets},
};

/// At most so many pictures are held at the same time.
const AT_ONCE: usize = 6;

/// No file of ours is larger: octets.
const LARGEST: u64 = 64_000_000;

/// A picture that is to go along.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Where it is.
    pub image: &'a Image,
    /// It is shown no wider than this: pixels.
    pub width: u32,
}

/// Settles pictures that a mail carries: one answer for each wish, and the files, each once.
///
/// `domain` stands after the `@` of their names. A picture that is dead, private, broken or enormous is left out. One
/// that could not be had in time, or that no room is left for ([`BUDGET`]), is named by its address where it has a safe
/// one. What was learnt of addresses comes back.
pub async fn embed(
    wishes: &[Wish<'_>],
    past: &Looks,
    domain: &str,
    limits: &Limits,
    now: DateTime<Utc>,
) -> (Vec<Settled>, Vec<Embedded>, Looks) {
    let jobs = jobs(wishes);
    let makers = Makers {
        fetcher: Fetcher::new(limits),
        limits,
        past,
        deadline: Instant::now() + limits.timeout.max(Duration::from_secs(1)),
        now,
        share: BUDGET / jobs.len().max(1),
        room: Arc::new(Semaphore::new(ROOM as usize)),
        workers: Workers::start(),
    };
    let work: Vec<_> = jobs.iter().map(|job| makers.make(job)).collect();
    let made: Vec<Made> = stream::iter(work).buffered(AT_ONCE).collect().await;

    let sizes: Vec<Vec<usize>> = made
        .iter()
        .map(|made| match &made.ladder {
            Ok(ladder) => ladder.rungs.iter().map(|rung| rung.octets.len()).collect(),
            Err(_) => Vec::new(),
        })
        .collect();
    let chosen = budget::choose(&sizes, BUDGET);
    let mut files: Vec<Embedded> = Vec::new();
    let mut learnt = Looks::new();
    let mut answers: Vec<Settled> = Vec::new();
    for ((job, made), rung) in jobs.iter().zip(made).zip(chosen) {
        learnt.extend(made.look.clone().map(|look| (job.image.url.to_string(), look)));
        answers.push(match (made.ladder, rung) {
            (Ok(ladder), Some(rung)) => {
                let file = embedded(&ladder, rung, domain);
                let url = Url::parse(&file.address()).unwrap_or_else(|_| job.image.url.clone());
                if !files.contains(&file) {
                    files.push(file);
                }
                Settled::shown(Image { url, ..linked(job.image, Some(ladder.size)) })
            }
            (Ok(ladder), None) => {
                let why = "no room is left for it in the mail".to_owned();
                by_address(linked(job.image, Some(ladder.size)), &why, limits)
            }
            (Err(Fault::Dead(why)), _) => Settled::left_out(&why),
            (Err(Fault::Silent(why)), _) => {
                let size = made.look.or_else(|| past.get(job.image.url.as_str()).cloned()).and_then(|look| look.size);
                by_address(linked(job.image, size), &why, limits)
            }
        });
    }
    let settled = wishes.iter().map(|wish| {
        let answer = jobs.iter().position(|job| job.is_for(wish)).and_then(|index| answers.get(index)).cloned();
        let mut answer = answer.unwrap_or_default();
        // The same file may have other words in another post.
        if let Some(image) = &mut answer.image {
            image.alt.clone_from(&wish.image.alt);
        }
        answer
    });
    (settled.collect(), files, learnt)
}

/// One picture to make, for all wishes that name it.
struct Job<'a> {
    image: &'a Image,
    width: u32,
}

impl Job<'_> {
    fn is_for(&self, wish: &Wish<'_>) -> bool {
        let same = match (&self.image.file, &wish.image.file) {
            (Some(file), Some(other)) => file == other,
            (None, None) => self.image.url == wish.image.url,
            _ => false,
        };
        same && self.width == wish.width
    }
}

fn jobs<'a>(wishes: &[Wish<'a>]) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for wish in wishes {
        if !jobs.iter().any(|job| job.is_for(wish)) {
            jobs.push(Job { image: wish.image, width: wish.width });
        }
    }
    jobs
}

/// Why a picture does not go along.
enum Fault {
    /// It is no good for anybody.
    Dead(String),
    /// It could not be had now.
    Silent(String),
}

/// A picture that was had, or not, and what was learnt of its address.
struct Made {
    ladder: Result<Ladder, Fault>,
    look: Option<Look>,
}

/// All pictures that are decoded at the same time have no more pixels than the largest, in millions.
const ROOM: u32 = (MOST_PIXELS / 1_000_000) as u32;

struct Makers<'a> {
    fetcher: Fetcher,
    limits: &'a Limits,
    past: &'a Looks,
    deadline: Instant,
    now: DateTime<Utc>,
    share: usize,
    room: Arc<Semaphore>,
    workers: Workers,
}

impl Makers<'_> {
    async fn make(&self, job: &Job<'_>) -> Made {
        let (octets, look) = match &job.image.file {
            Some(path) => (open(path).await, None),
            None => self.fetch(&job.image.url).await,
        };
        let ladder = match octets {
            Ok(octets) => self.shrink(octets, job.width).await.map_err(Fault::Dead),
            Err(fault) => Err(fault),
        };
        Made { ladder, look }
    }

    async fn fetch(&self, url: &Url) -> (Result<Vec<u8>, Fault>, Option<Look>) {
        if !matches!(url.scheme(), "http" | "https") || url.password().is_some() {
            let why = unfit(url, self.limits.allow_private).unwrap_or_default();
            return (Err(Fault::Dead(why)), None);
        }
        let past = self.past.get(url.as_str());
        if let Some(Look { state: State::Dead(why), .. }) = past.filter(|look| look.holds(self.now)) {
            return (Err(Fault::Dead(why.clone())), None);
        }
        let (octets, look) = match tokio::time::timeout_at(self.deadline, self.fetcher.whole(url)).await {
            Ok(Octets::Got(octets)) => {
                let look = Look::at_octets(&octets, self.now);
                (Ok(octets), look)
            }
            Ok(Octets::Refused(why)) => (Err(Fault::Dead(why.clone())), Look::dead(why, self.now)),
            Ok(Octets::Failed(why)) => (Err(Fault::Silent(why.clone())), Look::silent(why, past, self.now)),
            Err(_) => {
                let why = "no answer in time".to_owned();
                (Err(Fault::Silent(why.clone())), Look::silent(why, past, self.now))
            }
        };
        (octets, Some(look))
    }

    /// Makes it small: as many at a time as there are processors, and as their pixels leave room for.
    async fn shrink(&self, octets: Vec<u8>, shown: u32) -> Result<Ladder, String> {
        let pixels = match size::read(&octets) {
            Head::Size(size) => u64::from(size.width) * u64::from(size.height),
            _ => MOST_PIXELS,
        };
        let least = ROOM / u32::try_from(workers::count()).unwrap_or(ROOM).clamp(1, ROOM);
        let needs = u32::try_from(pixels.div_ceil(1_000_000)).unwrap_or(ROOM).clamp(least, ROOM);
        // The semaphore is never closed; without a permit only more memory would be used.
        let permit = Arc::clone(&self.room).acquire_many_owned(needs).await.ok();
        let share = self.share;
        let work = self.workers.run(move || {
            let ladder = shrink::shrink(&octets, shown, share);
            drop(permit);
            ladder
        });
        work.await.unwrap_or_else(|| Err("its file upset the decoder".to_owned()))
    }
}

async fn open(path: &Path) -> Result<Vec<u8>, Fault> {
    let read = async |path: PathBuf| {
        let length = tokio::fs::metadata(&path).await.map_err(|error| look::unread(&error))?.len();
        if length > LARGEST {
            return Err(format!("its file is larger than {LARGEST} octets"));
        }
        tokio::fs::read(&path).await.map_err(|error| look::unread(&error))
    };
    read(path.to_owned()).await.map_err(Fault::Dead)
}

/// The picture by its address, where a mail may name that.
fn by_address(image: Image, why: &str, limits: &Limits) -> Settled {
    match unfit(&image.url, limits.allow_private) {
        Some(_) => Settled::left_out(why),
        None => Settled { image: Some(image), problem: Some(format!("its picture is only linked: {why}")) },
    }
}

fn embedded(ladder: &Ladder, rung: usize, domain: &str) -> Embedded {
    let file = &ladder.rungs[rung];
    let hash = Sha256::digest(&file.octets);
    let name: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Embedded {
        cid: format!("{name}@{domain}"),
        media_type: file.media_type.to_owned(),
        octets: file.octets.as_slice().into(),
    }
}
