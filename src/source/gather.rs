//! Reads every source at the same time, and makes one answer of what they gave.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use chrono::{DateTime, Utc};

use crate::{
    post::{Post, PostId},
    zone::Zone,
};

use super::{
    budget::Reservation,
    document::{Document, FetchState, Fetched, FolderReport, Gathered, Parsed, Problem, Validator, Validators},
    feed,
    fetch::{FetchResult, Fetcher, Limits, without_password},
    folder, full_text,
    kind::{Kind, Location, Source},
    listing, local_file, page,
};

/// What [`gather`] has to know besides the sources.
#[derive(Debug, Clone)]
pub struct GatherContext<'a> {
    /// Limits of fetching.
    pub limits: &'a Limits,
    /// What servers told us before.
    pub past: &'a Validators,
    /// The zone of dates without one: a bare date is midnight there.
    pub zone: Zone,
    /// The present.
    pub now: DateTime<Utc>,
}

/// Reads every source at the same time.
///
/// Never fails: a source that cannot be read is [`FetchState::Failed`] with a [`Problem`] that says why, and the
/// others go on. The validators hold what was learnt now, and what was known of those not asked.
pub async fn gather(sources: &[Source], context: &GatherContext<'_>) -> Gathered {
    let fetcher = Fetcher::new(context.limits);
    let outcomes = futures::future::join_all(sources.iter().map(|source| one(source, &fetcher, context))).await;
    let mut gathered = Gathered { validators: context.past.clone(), ..Gathered::default() };
    for outcome in outcomes {
        gathered.fetched.push(outcome.fetched);
        gathered.problems.extend(outcome.problems);
        gathered.validators.extend(outcome.validators);
    }
    gathered
}

/// What became of one source.
struct Outcome {
    fetched: Fetched,
    problems: Vec<Problem>,
    validators: Validators,
}

async fn one(source: &Source, fetcher: &Fetcher, context: &GatherContext<'_>) -> Outcome {
    let mut outcome = Outcome {
        fetched: Fetched {
            source: source.name.clone(),
            state: FetchState::Failed,
            posts: Vec::new(),
            folder: FolderReport::default(),
        },
        problems: Vec::new(),
        validators: BTreeMap::new(),
    };
    // What is reserved for the document is given back when its posts are known.
    let (document, reserved) = match &source.kind {
        Kind::Folder { .. } => <(Document, Reservation)>::default(),
        Kind::Feed(location) | Kind::Page(location) | Kind::Listing(location, _) => {
            match open(location, fetcher, context, &source.name, &mut outcome).await {
                Some(document) => document,
                None => return outcome,
            }
        }
    };
    let job = source.clone();
    let (zone, now) = (context.zone, context.now);
    // Parsing is work for a processor, not for the threads that wait on sockets.
    let to_parse = Reservation::to_parse(document.octets.len()).await;
    let work = move || {
        let _reserved = (reserved, to_parse);
        parse(&job, document, zone, now)
    };
    let parsed = tokio::task::spawn_blocking(work).await;
    match parsed {
        Ok(Ok(parsed)) => {
            outcome.fetched.state = FetchState::Read;
            outcome.fetched.posts = tidy(parsed.posts, &source.tags);
            outcome.fetched.folder = parsed.folder;
            outcome.problems.extend(parsed.problems);
            if source.full_text && matches!(source.kind, Kind::Feed(_) | Kind::Listing(..)) {
                let posts = &mut outcome.fetched.posts;
                outcome.problems.extend(full_text::fill(posts, &source.name, fetcher, context.zone, context.now).await);
            }
        }
        Ok(Err(problem)) => {
            outcome.problems.push(problem);
            // What could not be read must be asked for again, not be answered with "unchanged".
            for validator in outcome.validators.values_mut() {
                *validator =
                    Validator { not_before: validator.not_before, gone: validator.gone, ..Validator::default() };
            }
        }
        Err(_) => {
            let words = "it could not be read: its content upset the parser";
            outcome.problems.push(Problem::new(&source.name, words));
            outcome.validators.clear();
        }
    }
    outcome
}

fn parse(source: &Source, document: Document, zone: Zone, now: DateTime<Utc>) -> Result<Parsed, Problem> {
    let mut parsed = match &source.kind {
        Kind::Feed(_) => feed::read(document, &source.name, zone),
        Kind::Folder { path, options } => folder::read(path, options, &source.name, zone, now),
        Kind::Page(_) => page::read(document, &source.name, zone),
        Kind::Listing(_, selectors) => listing::read(document, selectors, &source.name, zone),
    }?;
    parsed.posts = parsed.posts.into_iter().map(Post::bounded).collect();
    Ok(parsed)
}

/// So many posts with one id are compared with each other.
const MAX_COMPARED: usize = 64;

/// Adds the source's tags. Posts that share an id get one each, unless they are one post or its revisions.
fn tidy(mut posts: Vec<Post>, tags: &[String]) -> Vec<Post> {
    let mut of_id: HashMap<PostId, Vec<usize>> = HashMap::new();
    let mut kept = vec![true; posts.len()];
    for (at, post) in posts.iter().enumerate() {
        let others = of_id.entry(post.id.clone()).or_default();
        let is_one = |other: &Post| {
            let same = (&post.url, post.published) == (&other.url, other.published);
            same && (post.title == other.title || post.updated != other.updated)
        };
        if others.iter().take(MAX_COMPARED).any(|other| is_one(&posts[*other])) {
            kept[at] = false;
        } else {
            others.push(at);
        }
    }
    for at in of_id.into_values().filter(|posts| posts.len() > 1).flatten() {
        let Post { id, title, url, published, .. } = &posts[at];
        let own = PostId::new(None, None, &format!("{title}\n{url:?}\n{published:?}"));
        posts[at].id = PostId::new(Some(&format!("{id}#{own}")), None, "");
    }
    let mut kept = kept.into_iter();
    posts.retain(|_| kept.next().unwrap_or_default());
    for post in &mut posts {
        for tag in tags {
            if !post.tags.contains(tag) {
                post.tags.push(tag.clone());
            }
        }
    }
    posts
}

/// Reads a file or fetches a URL; `None` where there is nothing to parse, and `outcome` says why.
async fn open(
    location: &Location,
    fetcher: &Fetcher,
    context: &GatherContext<'_>,
    source: &str,
    outcome: &mut Outcome,
) -> Option<(Document, Reservation)> {
    let url = match location {
        Location::Web(url) => url,
        Location::File(path) => return file(path, source, context.limits.max_bytes, outcome).await,
    };
    let place = without_password(url);
    // What is kept for the next time holds no password either, and is no other source's.
    let key = if place == url.as_str() { place.clone() } else { format!("{place} {source}") };
    let mut note = |validator: Validator| outcome.validators.insert(key.clone(), validator);
    let (state, words) = match fetcher.get(url, context.past.get(&key), context.now).await {
        FetchResult::Document(document, validator, reserved) => {
            note(validator);
            return Some((document, reserved));
        }
        FetchResult::Unchanged(validator) => {
            note(validator);
            (FetchState::Unchanged, None)
        }
        FetchResult::Later(validator, words) => {
            note(validator);
            (FetchState::Unchanged, Some(words))
        }
        FetchResult::Gone(validator, words) => {
            note(validator);
            (FetchState::Failed, Some(words))
        }
        FetchResult::Failed(words) => (FetchState::Failed, Some(words)),
    };
    outcome.fetched.state = state;
    outcome.problems.extend(words.map(|words| Problem::new(source, words.at(place))));
    None
}

/// Reads a file of the user's own; what is no file would be read for ever.
async fn file(path: &Path, source: &str, most: usize, outcome: &mut Outcome) -> Option<(Document, Reservation)> {
    let file = path.to_owned();
    let length = path.metadata().map_or(0, |found| found.len().try_into().unwrap_or(most));
    let reserved = Reservation::to_read(length.min(most)).await;
    let read = tokio::task::spawn_blocking(move || local_file::read(&file, most)).await;
    let wrong = match read.unwrap_or_else(|_| Err("the file cannot be read".into())) {
        Ok(octets) => return Some((Document { octets, charset: None, url: None }, reserved)),
        Err(wrong) => wrong,
    };
    outcome.problems.push(Problem::new(source, wrong.at(path.display().to_string())));
    None
}
