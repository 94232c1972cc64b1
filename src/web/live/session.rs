//! What the page shows: the project as it stands, built once for all who look at it.
//!
//! Each change makes a new *generation*: the config is read anew, and each digest that somebody looks at is built once.
//! Where that fails, what was good last stays. Files are read anew each time, servers are left alone for a while.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    runtime::Handle,
    sync::{OnceCell, watch},
    time::Instant,
};

use crate::{
    config::Config,
    diagnostic::{Diagnostic, Explain as _},
    digest::{self, Digest, Next, Plan},
    lint::Row,
    mailing, preflight,
    source::{self, FetchState, Gathered, Kind, Location, Problem, Source},
    store::{self, Store},
};

use super::{
    diagnostics::of_problem,
    snapshot::{BuiltEdition, Snapshot},
};

/// How long until a store that somebody else keeps is looked at again.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The project that is shown, and how to read it.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// `--config`.
    pub config: PathBuf,
    /// `--digest`.
    pub digest: Option<String>,
    /// The process's variables.
    pub environment: Vec<(String, String)>,
    /// The clock stands still there.
    pub now: Option<DateTime<Utc>>,
}

impl Project {
    fn load_config(&self) -> Result<Arc<Config>, Diagnostic> {
        Config::load(&self.config, &self.environment).map(Arc::new).map_err(|error| error.diagnostic())
    }
}

/// A running preview.
#[derive(Debug)]
pub(super) struct PreviewSession {
    pub(super) project: Project,
    version: watch::Sender<u64>,
    state: Mutex<State>,
    sources: tokio::sync::Mutex<SourceCache>,
    store: tokio::sync::Mutex<Option<Store>>,
    /// What is wrong with the subscribers file.
    subscriber_rows: Mutex<Vec<Row>>,
}

#[derive(Debug)]
struct State {
    generation: Arc<Generation>,
    config: Option<Arc<Config>>,
    last_good: BTreeMap<String, Arc<BuiltEdition>>,
}

/// The project between two changes.
#[derive(Debug)]
struct Generation {
    number: u64,
    config: Result<Arc<Config>, Diagnostic>,
    /// Whoever asked for everything anew may ask a language model, too.
    may_ask_model: bool,
    outcomes: Mutex<BTreeMap<String, Arc<OnceCell<BuildOutcome>>>>,
}

/// What building an edition came to.
#[derive(Debug, Clone, Default)]
struct BuildOutcome {
    built: Option<Arc<BuiltEdition>>,
    fault: Option<Diagnostic>,
}

impl PreviewSession {
    pub(super) fn new(project: Project) -> Arc<Self> {
        let config = project.load_config();
        let good = config.as_ref().ok().cloned();
        let generation = Generation { number: 1, config, may_ask_model: false, outcomes: Mutex::default() };
        let state = State { generation: Arc::new(generation), config: good, last_good: BTreeMap::new() };
        Arc::new(Self {
            project,
            version: watch::Sender::new(1),
            state: Mutex::new(state),
            sources: tokio::sync::Mutex::default(),
            store: tokio::sync::Mutex::default(),
            subscriber_rows: Mutex::default(),
        })
    }

    /// Gives the present: of the clock, or the one that was set.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.project.now.unwrap_or_else(Utc::now)
    }

    /// Subscribes to the numbers of new generations.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Gives the config as it stands, or as it last stood.
    pub(super) fn config(&self) -> Option<Arc<Config>> {
        self.state().config.clone()
    }

    /// Begins a new generation: what is looked at from now on is built anew.
    pub(super) fn rebuild(self: &Arc<Self>, may_ask_model: bool) {
        let config = self.project.load_config();
        let (number, watched) = {
            let mut state = self.state();
            let number = state.generation.number + 1;
            let watched: Vec<String> = lock(&state.generation.outcomes).keys().cloned().collect();
            if let Ok(config) = &config {
                state.config = Some(Arc::clone(config));
            }
            state.generation = Arc::new(Generation { number, config, may_ask_model, outcomes: Mutex::default() });
            (number, watched)
        };
        // Whoever looks now will ask in a moment: it is begun already.
        for name in watched {
            let session = Arc::clone(self);
            tokio::spawn(async move { drop(session.snapshot(Some(&name)).await) });
        }
        self.version.send_replace(number);
    }

    /// Asks every source anew, and then shows what they say.
    pub(super) async fn refetch(self: &Arc<Self>) {
        self.sources.lock().await.forget();
        self.rebuild(true);
    }

    /// Gives what there is to see of a digest; of the first one where the name is none.
    pub(super) async fn snapshot(self: &Arc<Self>, name: Option<&str>) -> Snapshot {
        let (generation, config) = {
            let state = self.state();
            (Arc::clone(&state.generation), state.config.clone())
        };
        let digest = config.as_deref().and_then(|config| self.choose_digest(config, name));
        let outcome = match (&generation.config, &digest) {
            (Err(fault), _) => BuildOutcome { built: None, fault: Some(fault.clone()) },
            (Ok(_), None) => BuildOutcome::default(),
            (Ok(config), Some(name)) => {
                let cell = Arc::clone(lock(&generation.outcomes).entry(name.clone()).or_default());
                cell.get_or_init(|| self.build_apart(&generation, config, name)).await.clone()
            }
        };
        let last_good = digest.as_ref().and_then(|name| self.state().last_good.get(name).cloned());
        let (current, fault) = (outcome.built, outcome.fault);
        Snapshot { digest, version: generation.number, config, current, last_good, fault }
    }

    /// Opens an edition that was frozen before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn frozen_edition(
        &self,
        snapshot: &Snapshot,
        digest: &str,
        number: i64,
    ) -> Result<Option<Arc<BuiltEdition>>, Diagnostic> {
        let Some(config) = &snapshot.config else { return Ok(None) };
        let fault = |error: store::Error| error.diagnostic();
        let store = self.store(config).await.map_err(fault)?;
        let Some(frozen) = store.frozen_edition(digest, number).await.map_err(fault)? else { return Ok(None) };
        let next = Next::Unfinished(Box::new(frozen));
        Ok(Some(Arc::new(BuiltEdition::new(Arc::clone(config), digest.to_owned(), store, next))))
    }

    /// Brings the store up to date with the subscribers file, and keeps what is wrong with it.
    pub(super) async fn read_subscribers(&self) {
        let Some(config) = self.config() else { return };
        let rows = match (&config.subscribers, self.store(&config).await) {
            (Some(file), Ok(store)) => match mailing::sync_subscribers(&store, file, false, self.now()).await {
                Ok(bad) => bad.iter().map(|bad| preflight::bad_subscriber_row(&config, bad)).collect(),
                Err(error) => vec![preflight::subscribers_file_row(&config, &error)],
            },
            _ => Vec::new(),
        };
        *lock(&self.subscriber_rows) = rows;
    }

    /// Gives what is wrong with the subscribers file.
    pub(super) fn subscriber_rows(&self) -> Vec<Row> {
        lock(&self.subscriber_rows).clone()
    }

    /// Says whether a broken config has something else to say by now: a file that it misses may have come.
    pub(super) fn is_outdated(&self) -> bool {
        let generation = Arc::clone(&self.state().generation);
        generation.config.as_ref().is_err_and(|known| self.project.load_config().err().as_ref() != Some(known))
    }

    /// Opens the store once.
    pub(super) async fn store(&self, config: &Config) -> Result<Store, store::Error> {
        let mut store = self.store.lock().await;
        match &*store {
            Some(store) if store.path() == config.store => Ok(store.clone()),
            _ => {
                let new = Store::open(&config.store, self.now()).await?;
                if let Some(old) = store.replace(new.clone()) {
                    // The config names another: the one before is one file again once nobody reads it.
                    old.close().await;
                }
                Ok(new)
            }
        }
    }

    /// Lets go of the store, so that it is one file again.
    pub(super) async fn close(&self) {
        if let Some(store) = self.store.lock().await.take() {
            store.close().await;
        }
    }

    fn choose_digest(&self, config: &Config, name: Option<&str>) -> Option<String> {
        let wanted = [name, self.project.digest.as_deref()].into_iter().flatten();
        let found = wanted.filter_map(|name| config.digests.get_key_value(name)).map(|(name, _)| name).next();
        found.or_else(|| config.digests.keys().next()).cloned()
    }

    /// Builds beside the threads that answer requests, because it takes a processor's time.
    async fn build_apart(
        self: &Arc<Self>,
        generation: &Arc<Generation>,
        config: &Arc<Config>,
        name: &str,
    ) -> BuildOutcome {
        let (session, generation) = (Arc::clone(self), Arc::clone(generation));
        let (config, name, runtime) = (Arc::clone(config), name.to_owned(), Handle::current());
        let build = move || runtime.block_on(async { session.build(&generation, &config, &name).await });
        tokio::task::spawn_blocking(build).await.unwrap_or_else(|_| {
            let fault = Diagnostic::new("the edition could not be built: its content upset the program");
            BuildOutcome { built: None, fault: Some(fault) }
        })
    }

    async fn build(self: &Arc<Self>, generation: &Generation, config: &Arc<Config>, name: &str) -> BuildOutcome {
        let Some(chosen) = config.digests.get(name) else { return BuildOutcome::default() };
        let made = self.draft_next(generation, config, chosen).await;
        let built = match made {
            Ok((store, next)) => Arc::new(BuiltEdition::new(Arc::clone(config), name.to_owned(), store, next)),
            Err(error) => {
                if is_locked(&error) {
                    let session = Arc::clone(self);
                    tokio::spawn(async move {
                        tokio::time::sleep(STORE_RETRY_AFTER).await;
                        session.rebuild(false);
                    });
                }
                return BuildOutcome { built: None, fault: Some(error.diagnostic()) };
            }
        };
        let good = self.state().last_good.get(name).cloned();
        let is_known =
            |problem: &&Problem| good.iter().any(|good| good.local_problems().any(|known| known == *problem));
        let new = built.local_problems().find(|problem| !is_known(problem));
        if new.is_none() || good.is_none() {
            let mut state = self.state();
            // A slower build of an older generation says nothing new.
            if state.generation.number <= generation.number {
                state.last_good.insert(name.to_owned(), Arc::clone(&built));
            }
        }
        let fault = new.or_else(|| built.local_problems().next()).map(of_problem);
        // A frozen edition is shown as it is, whatever became of its template; the next one is not.
        let parsed =
            matches!(built.next, Next::Unfinished(_)).then(|| config.templates.check(&chosen.template).err()).flatten();
        let fault = fault.or_else(|| parsed.map(|error| error.diagnostic()));
        BuildOutcome { built: Some(built), fault }
    }

    async fn draft_next(
        &self,
        generation: &Generation,
        config: &Config,
        chosen: &Digest,
    ) -> Result<(Store, Next), digest::Error> {
        let store = self.store(config).await?;
        let sources = config.sources_of(chosen);
        let plan = match generation.may_ask_model {
            true => config.plan(chosen, &sources),
            false => config.plan_without_llm_requests(chosen, &sources),
        };
        if let Some(frozen) = store.unfinished_edition(&chosen.name).await? {
            return Ok((store, Next::Unfinished(Box::new(frozen))));
        }
        let gathered = self.sources.lock().await.gather(&store, &plan, self.now()).await?;
        let next = digest::fresh_of(&store, &plan, &gathered, self.now()).await?;
        Ok((store, next))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn is_locked(error: &digest::Error) -> bool {
    matches!(error, digest::Error::Store(error) if error.is_locked())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long what a server said is good enough for whoever is writing.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// When each server was asked, and what was wrong with what it said.
#[derive(Debug, Default)]
pub(super) struct SourceCache {
    asked: Vec<AskedServer>,
}

#[derive(Debug)]
struct AskedServer {
    source: Source,
    at: Instant,
    problems: Vec<Problem>,
}

impl SourceCache {
    /// Makes every server be asked the next time.
    pub(super) fn forget(&mut self) {
        self.asked.clear();
    }

    /// Reads all sources of a plan but those whose server was asked a moment ago.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn gather(
        &mut self,
        store: &Store,
        plan: &Plan<'_>,
        now: DateTime<Utc>,
    ) -> Result<Gathered, digest::Error> {
        self.asked.retain(|asked| asked.at.elapsed() < MAX_AGE);
        let is_kept = |source: &Source| self.asked.iter().any(|asked| asked.source == *source);
        let due: Vec<Source> = plan.sources.iter().filter(|source| !is_kept(source)).cloned().collect();
        let mut gathered = digest::gather(store, plan, &due, now).await?;
        let kept: Vec<&Source> = plan.sources.iter().filter(|source| is_kept(source)).collect();
        for source in kept {
            let name = source.name.clone();
            gathered.fetched.push(source::Fetched {
                source: name,
                state: FetchState::Kept,
                posts: Vec::new(),
                folder: Default::default(),
            });
            let asked = self.asked.iter().find(|asked| asked.source == *source);
            gathered.problems.extend(asked.into_iter().flat_map(|asked| asked.problems.iter().cloned()));
        }
        let place = |name: &str| plan.sources.iter().position(|source| source.name == name);
        gathered.fetched.sort_by_key(|fetched| place(&fetched.source));
        for source in due.into_iter().filter(asks_server) {
            let problems = gathered.problems.iter().filter(|problem| problem.source == source.name).cloned().collect();
            self.asked.push(AskedServer { source, at: Instant::now(), problems });
        }
        Ok(gathered)
    }
}

/// Says whether reading a source asks a server.
fn asks_server(source: &Source) -> bool {
    match &source.kind {
        Kind::Folder { .. } => false,
        Kind::Feed(location) | Kind::Page(location) | Kind::Listing(location, _) => {
            source.full_text || matches!(location, Location::Web(_))
        }
    }
}
