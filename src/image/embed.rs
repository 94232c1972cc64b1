//! Pictures that go along with the mail: had, made small, and chosen so that all of them fit.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{Semaphore, oneshot},
    time::Instant,
};
use url::Url;

use crate::{
    post::Image,
    source::fetch::{FetchedFile, Fetcher, Limits},
};

use super::{
    outcome::{ImageOutcome, linked, unusable_address},
    probe::{self, Availability, ImageProbe, ImageProbes},
    shrink,
    shrink::{MAX_PIXELS, Renditions},
    size::{self, Head},
};

/// At most so many pictures are held at the same time.
const MAX_CONCURRENT: usize = 6;

/// No file of ours is larger: octets.
const MAX_FILE_SIZE: u64 = 64_000_000;

/// A picture that is to go along.
#[derive(Debug, Clone, Copy)]
pub struct EmbedRequest<'a> {
    /// Where it is.
    pub image: &'a Image,
    /// It is shown no wider than this: pixels.
    pub width: u32,
}

/// Settles pictures that a mail carries: one answer for each request, and the files, each once.
///
/// `domain` stands after the `@` of their names. A picture that is dead, private, broken or enormous is left out. One
/// that could not be had in time, or that no room is left for (`MAX_TOTAL_SIZE`), is named by its address where it has a safe
/// one. What was learnt of addresses comes back.
pub async fn embed(
    requests: &[EmbedRequest<'_>],
    past: &ImageProbes,
    domain: &str,
    limits: &Limits,
    now: DateTime<Utc>,
) -> (Vec<ImageOutcome>, Vec<Embedded>, ImageProbes) {
    let jobs = jobs(requests);
    let embedder = Embedder {
        fetcher: Fetcher::new(limits),
        limits,
        past,
        deadline: Instant::now() + limits.timeout.max(Duration::from_secs(1)),
        now,
        share: MAX_TOTAL_SIZE / jobs.len().max(1),
        room: Arc::new(Semaphore::new(MAX_MEGAPIXELS as usize)),
        workers: Workers::start(),
    };
    let work: Vec<_> = jobs.iter().map(|job| embedder.make(job)).collect();
    let made: Vec<Prepared> = stream::iter(work).buffered(MAX_CONCURRENT).collect().await;

    let sizes: Vec<Vec<usize>> = made
        .iter()
        .map(|made| match &made.renditions {
            Ok(renditions) => renditions.files.iter().map(|choice| choice.octets.len()).collect(),
            Err(_) => Vec::new(),
        })
        .collect();
    let chosen = choose(&sizes, MAX_TOTAL_SIZE);
    let mut files: Vec<Embedded> = Vec::new();
    let mut learnt = ImageProbes::new();
    let mut answers: Vec<ImageOutcome> = Vec::new();
    for ((job, made), choice) in jobs.iter().zip(made).zip(chosen) {
        learnt.extend(made.probe.clone().map(|probe| (job.image.url.to_string(), probe)));
        answers.push(match (made.renditions, choice) {
            (Ok(renditions), Some(choice)) => {
                let file = embedded(&renditions, choice, domain);
                let url = Url::parse(&file.address()).unwrap_or_else(|_| job.image.url.clone());
                if !files.contains(&file) {
                    files.push(file);
                }
                ImageOutcome::shown(Image { url, ..linked(job.image, Some(renditions.size)) })
            }
            (Ok(renditions), None) => {
                let why = "no room is left for it in the mail".to_owned();
                by_address(linked(job.image, Some(renditions.size)), &why, limits)
            }
            (Err(FetchFailure::Permanent(why)), _) => ImageOutcome::left_out(&why),
            (Err(FetchFailure::Temporary(why)), _) => {
                let size =
                    made.probe.or_else(|| past.get(job.image.url.as_str()).cloned()).and_then(|probe| probe.size);
                by_address(linked(job.image, size), &why, limits)
            }
        });
    }
    let settled = requests.iter().map(|request| {
        let answer = jobs.iter().position(|job| job.is_for(request)).and_then(|index| answers.get(index)).cloned();
        let mut answer = answer.unwrap_or_default();
        // The same file may have other words in another post.
        if let Some(image) = &mut answer.image {
            image.alt.clone_from(&request.image.alt);
        }
        answer
    });
    (settled.collect(), files, learnt)
}

/// One picture to make, for all requests that name it.
struct Job<'a> {
    image: &'a Image,
    width: u32,
}

impl Job<'_> {
    fn is_for(&self, request: &EmbedRequest<'_>) -> bool {
        let same = match (&self.image.file, &request.image.file) {
            (Some(file), Some(other)) => file == other,
            (None, None) => self.image.url == request.image.url,
            _ => false,
        };
        same && self.width == request.width
    }
}

fn jobs<'a>(requests: &[EmbedRequest<'a>]) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for request in requests {
        if !jobs.iter().any(|job| job.is_for(request)) {
            jobs.push(Job { image: request.image, width: request.width });
        }
    }
    jobs
}

/// Why a picture does not go along.
enum FetchFailure {
    /// It is no good for anybody.
    Permanent(String),
    /// It could not be had now.
    Temporary(String),
}

/// A picture that was had, or not, and what was learnt of its address.
struct Prepared {
    renditions: Result<Renditions, FetchFailure>,
    probe: Option<ImageProbe>,
}

/// All pictures that are decoded at the same time have no more pixels than the largest, in millions.
const MAX_MEGAPIXELS: u32 = (MAX_PIXELS / 1_000_000) as u32;

struct Embedder<'a> {
    fetcher: Fetcher,
    limits: &'a Limits,
    past: &'a ImageProbes,
    deadline: Instant,
    now: DateTime<Utc>,
    share: usize,
    room: Arc<Semaphore>,
    workers: Workers,
}

impl Embedder<'_> {
    async fn make(&self, job: &Job<'_>) -> Prepared {
        let (octets, probe) = match &job.image.file {
            Some(path) => (open(path).await, None),
            None => self.fetch(&job.image.url).await,
        };
        let renditions = match octets {
            Ok(octets) => self.shrink(octets, job.width).await.map_err(FetchFailure::Permanent),
            Err(fault) => Err(fault),
        };
        Prepared { renditions, probe }
    }

    async fn fetch(&self, url: &Url) -> (Result<Vec<u8>, FetchFailure>, Option<ImageProbe>) {
        if !matches!(url.scheme(), "http" | "https") || url.password().is_some() {
            let why = unusable_address(url, self.limits.allow_private).unwrap_or_default();
            return (Err(FetchFailure::Permanent(why)), None);
        }
        let past = self.past.get(url.as_str());
        if let Some(ImageProbe { state: Availability::Dead(why), .. }) = past.filter(|probe| probe.is_fresh(self.now)) {
            return (Err(FetchFailure::Permanent(why.clone())), None);
        }
        let (octets, probe) = match tokio::time::timeout_at(self.deadline, self.fetcher.whole(url)).await {
            Ok(FetchedFile::Got(octets)) => {
                let probe = ImageProbe::from_octets(&octets, self.now);
                (Ok(octets), probe)
            }
            Ok(FetchedFile::Refused(why)) => {
                let why = why.in_one_line();
                (Err(FetchFailure::Permanent(why.clone())), ImageProbe::dead(why, self.now))
            }
            Ok(FetchedFile::Failed(why)) => {
                let why = why.in_one_line();
                (Err(FetchFailure::Temporary(why.clone())), ImageProbe::silent(why, past, self.now))
            }
            Err(_) => {
                let why = "no answer in time".to_owned();
                (Err(FetchFailure::Temporary(why.clone())), ImageProbe::silent(why, past, self.now))
            }
        };
        (octets, Some(probe))
    }

    /// Makes it small: as many at a time as there are processors, and as their pixels leave room for.
    async fn shrink(&self, octets: Vec<u8>, shown: u32) -> Result<Renditions, String> {
        let pixels = match size::read(&octets) {
            Head::Size(size) => u64::from(size.width) * u64::from(size.height),
            _ => MAX_PIXELS,
        };
        let least = MAX_MEGAPIXELS / u32::try_from(count()).unwrap_or(MAX_MEGAPIXELS).clamp(1, MAX_MEGAPIXELS);
        let needs = u32::try_from(pixels.div_ceil(1_000_000)).unwrap_or(MAX_MEGAPIXELS).clamp(least, MAX_MEGAPIXELS);
        // The semaphore is never closed; without a permit only more memory would be used.
        let permit = Arc::clone(&self.room).acquire_many_owned(needs).await.ok();
        let share = self.share;
        let work = self.workers.run(move || {
            let renditions = shrink::shrink(&octets, shown, share);
            drop(permit);
            renditions
        });
        work.await.unwrap_or_else(|| Err("its file upset the decoder".to_owned()))
    }
}

async fn open(path: &Path) -> Result<Vec<u8>, FetchFailure> {
    let read = async |path: PathBuf| {
        let length = tokio::fs::metadata(&path).await.map_err(|error| probe::unread(&error))?.len();
        if length > MAX_FILE_SIZE {
            return Err(format!("its file is larger than {MAX_FILE_SIZE} octets"));
        }
        tokio::fs::read(&path).await.map_err(|error| probe::unread(&error))
    };
    read(path.to_owned()).await.map_err(FetchFailure::Permanent)
}

/// The picture by its address, where a mail may name that.
fn by_address(image: Image, why: &str, limits: &Limits) -> ImageOutcome {
    match unusable_address(&image.url, limits.allow_private) {
        Some(_) => ImageOutcome::left_out(why),
        None => ImageOutcome { image: Some(image), problem: Some(format!("its picture is only linked: {why}")) },
    }
}

fn embedded(renditions: &Renditions, choice: usize, domain: &str) -> Embedded {
    let file = &renditions.files[choice];
    let hash = Sha256::digest(&file.octets);
    let name: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Embedded {
        cid: format!("{name}@{domain}"),
        media_type: file.media_type.to_owned(),
        octets: file.octets.as_slice().into(),
    }
}

/// A picture that goes along with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// What `cid:` addresses call it, without angle brackets: the same for the same octets.
    pub cid: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// The file.
    pub octets: Arc<[u8]>,
}

impl Embedded {
    /// The address by which the HTML part shows it.
    pub fn address(&self) -> String {
        format!("cid:{}", self.cid)
    }

    /// A name for who saves it.
    pub fn file_name(&self) -> String {
        let ending = if self.media_type == "image/png" { "png" } else { "jpg" };
        format!("{}.{ending}", self.cid.split('@').next().unwrap_or_default())
    }
}

/// All pictures that go along with one edition have no more octets than these, before they are encoded for mail.
pub(super) const MAX_TOTAL_SIZE: usize = 1_000_000;

/// Chooses one of the files of each picture, whose sizes in octets stand in `all_sizes`, the largest first.
///
/// The largest choice gives way first. Where even the smallest files are too many, the last pictures get none.
pub(super) fn choose(all_sizes: &[Vec<usize>], budget: usize) -> Vec<Option<usize>> {
    let mut chosen: Vec<Option<usize>> = all_sizes.iter().map(|files| (!files.is_empty()).then_some(0)).collect();
    loop {
        let size = |index: usize| chosen[index].map_or(0, |choice| all_sizes[index][choice]);
        if (0..all_sizes.len()).map(size).sum::<usize>() <= budget {
            return chosen;
        }
        let has_smaller = |index: &usize| chosen[*index].is_some_and(|choice| choice + 1 < all_sizes[*index].len());
        match (0..all_sizes.len()).filter(has_smaller).max_by_key(|index| size(*index)) {
            Some(largest) => chosen[largest] = chosen[largest].map(|choice| choice + 1),
            None => match chosen.iter().rposition(Option::is_some) {
                Some(last) => chosen[last] = None,
                None => return chosen,
            },
        }
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// They end when this does.
pub(super) struct Workers(mpsc::Sender<Work>);

impl Workers {
    /// Starts them.
    pub(super) fn start() -> Self {
        let (sender, receiver) = mpsc::channel::<Work>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..count() {
            let receiver = Arc::clone(&receiver);
            std::thread::spawn(move || {
                loop {
                    let work = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = work else { break };
                    work();
                }
            });
        }
        Self(sender)
    }

    /// Has something done; `None` where it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move || {
            // Nobody may wait any more; then nobody is told.
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)).ok());
        });
        self.0.send(work).ok()?;
        answered.await.ok().flatten()
    }
}

/// How many there are.
pub(super) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_gives_way_first_and_the_last_is_dropped_first() {
        #[track_caller]
        fn check(all_sizes: &[&[usize]], budget: usize, expect: &[Option<usize>]) {
            let all_sizes: Vec<Vec<usize>> = all_sizes.iter().map(|files| files.to_vec()).collect();
            assert_eq!(choose(&all_sizes, budget), expect);
        }
        check(&[&[5, 2], &[4]], 9, &[Some(0), Some(0)]);
        check(&[&[5, 2], &[4]], 8, &[Some(1), Some(0)]);
        check(&[&[5, 2], &[9, 4, 1]], 9, &[Some(0), Some(1)]);
        check(&[&[5, 2], &[4], &[3]], 6, &[Some(1), Some(0), None]);
        check(&[&[], &[4]], 3, &[None, None]);
        check(&[], 0, &[]);
    }

    #[tokio::test]
    async fn who_panics_harms_nobody_else() {
        let workers = Workers::start();
        assert_eq!(workers.run(|| -> u8 { panic!("a broken picture") }).await, None);
        for number in 0..20 {
            assert_eq!(workers.run(move || number).await, Some(number));
        }
    }
}
