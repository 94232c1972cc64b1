//! Reads every source at the same time, and makes one answer of what they gave.

use std::collections::{BTreeMap, HashSet};

use super::{
    Context, Document, Gathered, Harvest, Kind, Location, Problem, Reading, Source, State, Validator, Validators, feed,
    fetch::{Answer, Fetcher, shown},
};

/// Reads every source at the same time.
///
/// Never fails: a source that cannot be read is [`State::Failed`] with a [`Problem`] that says why, and the
/// others go on. The validators hold what was learnt now, and what was known of those not asked.
pub async fn gather(sources: &[Source], context: &Context<'_>) -> Gathered {
    let fetcher = Fetcher::new(context.limits);
    let outcomes = futures::future::join_all(sources.iter().map(|source| one(source, &fetcher, context))).await;
    let mut gathered = Gathered { validators: context.past.clone(), ..Gathered::default() };
    for outcome in outcomes {
        gathered.harvests.push(outcome.harvest);
        gathered.problems.extend(outcome.problems);
        gathered.validators.extend(outcome.validators);
    }
    gathered
}

/// What became of one source.
struct Outcome {
    harvest: Harvest,
    problems: Vec<Problem>,
    validators: Validators,
}

async fn one(source: &Source, fetcher: &Fetcher, context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome {
        harvest: Harvest { source: source.name.clone(), state: State::Failed, posts: Vec::new() },
        problems: Vec::new(),
        validators: BTreeMap::new(),
    };
    let document = match &source.kind {
        Kind::Folder { .. } => Document::default(),
        Kind::Feed(location) | Kind::Page(location) | Kind::Listing(location, _) => {
            match open(location, fetcher, context, &source.name, &mut outcome).await {
                Some(document) => document,
                None => return outcome,
            }
        }
    };
    let job = source.clone();
    let zone = context.zone;
    // Parsing is work for a processor, not for the threads that wait on sockets.
    let reading = tokio::task::spawn_blocking(move || parse(&job, document, zone)).await;
    match reading {
        Ok(Ok(reading)) => {
            outcome.harvest.state = State::Read;
            outcome.harvest.posts = tidy(reading.posts, &source.tags);
            outcome.problems.extend(reading.problems);
            if source.full_text && matches!(source.kind, Kind::Feed(_) | Kind::Listing(..)) {
                let posts = &mut outcome.harvest.posts;
                outcome.problems.extend(super::full_text::fill(posts, &source.name, fetcher, context).await);
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
            outcome.problems.push(trouble(&source.name, None, "it could not be read: its content upset the parser"));
            outcome.validators.clear();
        }
    }
    outcome
}

fn parse(source: &Source, document: Document, zone: crate::zone::Zone) -> Result<Reading, Problem> {
    match &source.kind {
        Kind::Feed(_) => feed::read(document, &source.name, zone),
        Kind::Folder { path, base_url } => super::folder::read(path, base_url.as_ref(), &source.name, zone),
        Kind::Page(_) => super::page::read(document, &source.name, zone),
        Kind::Listing(_, selectors) => super::listing::read(document, selectors, &source.name, zone),
    }
}

/// Adds the source's tags, and keeps the first of posts with one id.
fn tidy(mut posts: Vec<crate::post::Post>, tags: &[String]) -> Vec<crate::post::Post> {
    let mut seen = HashSet::new();
    posts.retain(|post| seen.insert(post.id.clone()));
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
    context: &Context<'_>,
    source: &str,
    outcome: &mut Outcome,
) -> Option<Document> {
    let url = match location {
        Location::Web(url) => url,
        Location::File(path) => return file(path, source, outcome).await,
    };
    let place = shown(url);
    // What is kept for the next time holds no password either.
    let key = place.clone();
    let mut note = |validator: Validator| outcome.validators.insert(key.clone(), validator);
    let (state, words) = match fetcher.get(url, context.past.get(&place), context.now).await {
        Answer::Document(document, validator) => {
            note(validator);
            return Some(document);
        }
        Answer::Unchanged(validator) => {
            note(validator);
            (State::Unchanged, None)
        }
        Answer::Later(validator, words) => {
            note(validator);
            (State::Unchanged, Some(words))
        }
        Answer::Gone(validator, words) => {
            note(validator);
            (State::Failed, Some(words))
        }
        Answer::Failed(words) => (State::Failed, Some(words)),
    };
    outcome.harvest.state = state;
    outcome.problems.extend(words.map(|words| trouble(source, Some(place), &words)));
    None
}

/// Reads a file of the user's own: the limits on size and time are for what strangers send.
async fn file(path: &std::path::Path, source: &str, outcome: &mut Outcome) -> Option<Document> {
    let words = match tokio::fs::read(path).await {
        Ok(octets) => return Some(Document { octets, charset: None, url: None }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        Err(error) => format!("the file cannot be read: {error}"),
    };
    outcome.problems.push(trouble(source, Some(path.display().to_string()), &words));
    None
}

fn trouble(source: &str, place: Option<String>, message: &str) -> Problem {
    Problem { source: source.to_owned(), place, message: message.to_owned() }
}
