//! What all requests share, and what is kept between them: counts of requests, and changes of subscriptions that wait
//! for one transaction, so that thousands a second are as durable as one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use url::Url;

use crate::{
    config::Config,
    daemon::Clock,
    deliver::rate_limit::TokenBucket,
    diagnostic::error_report,
    source::fetch::EndpointReply,
    store::{Applied, ArchiveEntry, Store, SubscriptionChange},
    token::{Keys, Purpose, Subject},
};

use super::{
    extract::PageError,
    page_context::{PageContext, lock},
};

/// Keys are read again no sooner than this: another program may have drawn a new one.
const MIN_KEY_AGE: Duration = Duration::from_secs(1);

/// So many tokens that nobody signed are answered in a second.
const MAX_UNSIGNED_RATE: f64 = 100.0;

/// So many long bodies are held at a time.
const MAX_LARGE: usize = 16;

/// So many certificates that are not known yet are asked for in a second.
const MAX_FETCH_RATE: f64 = 1.0;

/// What the pages are made of; each request looks at the config as it stands then.
#[derive(Clone)]
pub struct Site {
    /// The project; another one comes when it is read again.
    pub config: watch::Receiver<Arc<Config>>,
    /// The store.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Fetches what Amazon SNS signs with, and agrees to its subscriptions.
    pub ask_sns: AskSns,
}

/// Asks a host of Amazon SNS; another one in tests.
pub type AskSns = Arc<dyn Fn(Url) -> BoxFuture<'static, EndpointReply> + Send + Sync>;

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// What the pages share.
pub(super) struct PublicState {
    pub(super) store: Store,
    pub(super) write_queue: WriteQueue,
    pub(super) counts: RequestCounts,
    pub(super) webhooks: WebhookState,
    pub(super) feed: Mutex<Option<CachedFeed>>,
    /// What `/healthz` says is wrong.
    pub(super) health: Cached<Vec<String>>,
    /// What `/metrics` says of the store.
    pub(super) metrics: Cached<String>,
    site: Site,
    page_context: Mutex<Option<Arc<PageContext>>>,
    keys: Cached<Keys>,
    unsigned: Mutex<TokenBucket>,
    started: Instant,
}

/// What webhooks keep between requests.
#[derive(Debug)]
pub(super) struct WebhookState {
    /// Events by webhook and what they came to.
    pub(super) counts: Mutex<BTreeMap<(String, &'static str), u64>>,
    /// Certificates of Amazon SNS by where they are.
    pub(super) certificates: Mutex<BTreeMap<Url, Arc<[u8]>>>,
    /// How often they are asked for.
    pub(super) fetches: Mutex<TokenBucket>,
    /// Room for bodies that are longer than those of pages.
    pub(super) large: Semaphore,
    /// When a refusal was last told.
    pub(super) told: Mutex<Option<Instant>>,
}

impl WebhookState {
    fn new() -> Self {
        Self {
            counts: Mutex::default(),
            certificates: Mutex::default(),
            fetches: Mutex::default(),
            large: Semaphore::new(MAX_LARGE),
            told: Mutex::default(),
        }
    }
}

/// The feed as it was made last, and what it was made of.
pub(super) struct CachedFeed {
    pub(super) context: Arc<PageContext>,
    pub(super) entries: Vec<ArchiveEntry>,
    pub(super) text: String,
}

impl PublicState {
    pub(super) fn new(site: Site) -> Arc<Self> {
        Arc::new(Self {
            store: site.store.clone(),
            write_queue: WriteQueue::open(site.store.clone(), Arc::clone(&site.clock)),
            counts: RequestCounts::default(),
            webhooks: WebhookState::new(),
            feed: Mutex::default(),
            health: Cached::default(),
            metrics: Cached::default(),
            site,
            page_context: Mutex::default(),
            keys: Cached::default(),
            unsigned: Mutex::default(),
            started: Instant::now(),
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.site.clock)()
    }

    /// Asks a host of Amazon SNS.
    pub(super) async fn ask_sns(&self, url: Url) -> EndpointReply {
        (self.site.ask_sns)(url).await
    }

    /// Gives the project as it stands now.
    pub(super) fn page_context(&self) -> Arc<PageContext> {
        let config = Arc::clone(&self.site.config.borrow());
        let mut context = lock(&self.page_context);
        match &*context {
            Some(context) if Arc::ptr_eq(&context.config, &config) => Arc::clone(context),
            _ => Arc::clone(context.insert(Arc::new(PageContext::new(config)))),
        }
    }

    /// Reads a token that was signed for one of these purposes.
    ///
    /// # Errors
    /// When nobody signed it, or the keys cannot be read.
    pub(super) async fn verify<const N: usize>(
        &self,
        purposes: [Purpose; N],
        token: &str,
    ) -> Result<(Purpose, Subject), PageError> {
        // Keys that may be old are read again only where somebody brings a token that they do not know.
        for max_age in [Duration::MAX, MIN_KEY_AGE] {
            let keys = self.keys.get(max_age, self.store.signing_keys()).await?;
            if let Some(found) = read_token(&keys, purposes, token) {
                return Ok(found);
            }
        }
        Err(PageError::UnknownToken)
    }

    /// Says whether one more token that nobody signed is answered at this moment. All of them count together: behind
    /// a proxy they come from one address, and whoever brings a signed one is never asked.
    pub(super) fn admits_unsigned(&self) -> bool {
        self.admits(&self.unsigned, MAX_UNSIGNED_RATE, 1_000.0)
    }

    /// Says whether one more certificate is fetched at this moment.
    pub(super) fn admits_fetch(&self) -> bool {
        self.admits(&self.webhooks.fetches, MAX_FETCH_RATE, 10_000.0)
    }

    /// A rate says when the first comes in; a burst of so many milliseconds may come before.
    fn admits(&self, bucket: &Mutex<TokenBucket>, rate: f64, burst_ms: f64) -> bool {
        let now_ms = self.started.elapsed().as_secs_f64() * 1_000.0;
        let mut bucket = lock(bucket);
        bucket.next_ms = bucket.next_ms.max(now_ms);
        if bucket.next_ms > now_ms + burst_ms {
            return false;
        }
        bucket.next_ms += 1_000.0 / rate;
        true
    }
}

fn read_token<const N: usize>(keys: &Keys, purposes: [Purpose; N], token: &str) -> Option<(Purpose, Subject)> {
    // All are looked at, whichever is right: time tells nobody which it was.
    let all = purposes.map(|purpose| keys.verify(purpose, token).map(|payload| (purpose, payload)));
    let (purpose, payload) = all.into_iter().flatten().next()?;
    Some((purpose, Subject::read(&payload)?))
}

/// A value that is kept for a while, because many ask for it at once, and when it was made.
#[derive(Debug)]
pub(super) struct Cached<T>(tokio::sync::Mutex<Option<(T, Instant)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(tokio::sync::Mutex::default())
    }
}

impl<T: Clone> Cached<T> {
    /// Gives the value, made anew where it is older than `max_age`; whoever asks meanwhile waits for the same one.
    ///
    /// # Errors
    /// What `make` fails with; the old value stays.
    pub(super) async fn get<E>(&self, max_age: Duration, make: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut kept = self.0.lock().await;
        match &*kept {
            Some((value, at)) if at.elapsed() < max_age => Ok(value.clone()),
            _ => Ok(kept.insert((make.await?, Instant::now())).0.clone()),
        }
    }
}

/// The pages that are told apart.
const PAGES: [&str; 8] = ["unsubscribe", "approval", "archive", "feed", "healthz", "metrics", "bounces", "other"];

/// The kinds of answers.
const KINDS: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Requests by page and kind of answer.
#[derive(Debug, Default)]
pub(super) struct RequestCounts([[AtomicU64; KINDS.len()]; PAGES.len()]);

impl RequestCounts {
    /// Counts an answer to a request for `path`.
    pub(super) fn add(&self, path: &str, status: StatusCode) {
        let page = match path.split('/').nth(1).unwrap_or_default() {
            "u" => 0,
            "a" => 1,
            "archive" | "" => 2,
            "feed.xml" => 3,
            "healthz" => 4,
            "metrics" => 5,
            "bounces" => 6,
            _ => 7,
        };
        let kind = usize::from(status.as_u16() / 100).clamp(2, 5) - 2;
        self.0[page][kind].fetch_add(1, Ordering::Relaxed);
    }

    /// Gives all counts: page, kind, requests.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        PAGES.iter().zip(&self.0).flat_map(|(page, kinds)| {
            KINDS.iter().zip(kinds).map(move |(kind, count)| (*page, *kind, count.load(Ordering::Relaxed)))
        })
    }
}

/// So many go into one transaction: a sender that waits for the store waits no longer than for these.
const MAX_BATCH: usize = 256;

/// What became of a change; an error when nobody knows, and it is to be brought again.
type Answer = Result<Option<Applied>, PageError>;

/// Where changes wait for the one transaction that writes them.
#[derive(Debug, Clone)]
pub(super) struct WriteQueue(mpsc::Sender<(SubscriptionChange, oneshot::Sender<Answer>)>);

impl WriteQueue {
    /// Opens the queue on the runtime; it closes when nobody can come any more.
    pub(super) fn open(store: Store, clock: Clock) -> Self {
        let (queue, mut waiting) = mpsc::channel(MAX_BATCH);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(MAX_BATCH);
            while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
                let (changes, answers): (Vec<SubscriptionChange>, Vec<oneshot::Sender<Answer>>) =
                    batch.drain(..).unzip();
                let outcomes = match store.apply_changes(&changes, clock()).await {
                    Ok(applied) => applied.into_iter().map(Ok).collect(),
                    Err(error) => {
                        tracing::error!("{} to unsubscribe or return failed: {}", changes.len(), error_report(&error));
                        vec![Err(PageError::Unavailable); changes.len()]
                    }
                };
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _ = answer.send(outcome);
                }
            }
        });
        Self(queue)
    }

    /// Writes a change; what it came to is durable when this returns.
    pub(super) async fn write(&self, change: SubscriptionChange) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.0.send((change, answer)).await.map_err(|_| PageError::Unavailable)?;
        answered.await.unwrap_or(Err(PageError::Unavailable))
    }
}
