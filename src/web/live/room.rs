//! What the page shows: the project as it stands, built once for all who look at it.
//!
//! Each change makes a new *generation*: the config is read anew, and each digest that somebody looks at is built once.
//! Where that fails, what was good last stays.

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
};

use super::{fault::Fault, harvest::Harvest};
use crate::{
    config::Config,
    digest::{self, Digest, Draft, Next},
    edition::Edition,
    lint::Row,
    mailing, preflight,
    render::{self, Variants},
    source::{Kind, Location, Problem},
    store::{self, Store},
};

/// How long until a store that somebody else keeps is looked at again.
const PATIENCE: Duration = Duration::from_secs(1);

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

/// A running preview.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) project: Project,
    version: watch::Sender<u64>,
    state: Mutex<State>,
    harvest: tokio::sync::Mutex<Harvest>,
    store: tokio::sync::Mutex<Option<Store>>,
    /// What is wrong with the subscribers file.
    roster: Mutex<Vec<Row>>,
}

#[derive(Debug)]
struct State {
    generation: Arc<Generation>,
    config: Option<Arc<Config>>,
    good: BTreeMap<String, Arc<Built>>,
}

/// The project between two changes.
#[derive(Debug)]
struct Generation {
    number: u64,
    config: Result<Arc<Config>, Fault>,
    /// Whoever asked for everything anew may ask a language model, too.
    may_ask: bool,
    outcomes: Mutex<BTreeMap<String, Arc<OnceCell<Outcome>>>>,
}

#[derive(Debug, Clone)]
struct Outcome {
    built: Option<Arc<Built>>,
    fault: Option<Fault>,
}

/// An edition that can be shown.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) config: Arc<Config>,
    pub(super) digest: String,
    pub(super) store: Store,
    pub(super) next: Next,
    rows: OnceCell<Vec<Row>>,
}

/// What somebody who looks sees.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// The digest that is shown.
    pub(super) name: Option<String>,
    /// Counts the changes.
    pub(super) version: u64,
    /// The config, the last good one where it is broken.
    pub(super) config: Option<Arc<Config>>,
    /// The edition as it is now, where there is one at all.
    pub(super) fresh: Option<Arc<Built>>,
    /// The last one that had no fault.
    pub(super) good: Option<Arc<Built>>,
    /// What is wrong now.
    pub(super) fault: Option<Fault>,
}

impl Room {
    pub(super) fn new(project: Project) -> Arc<Self> {
        let config = Config::load(&project.config, &project.environment);
        let config = config.map(Arc::new).map_err(|error| Fault::of(&error));
        let good = config.as_ref().ok().cloned();
        let generation = Generation { number: 1, config, may_ask: false, outcomes: Mutex::default() };
        let state = State { generation: Arc::new(generation), config: good, good: BTreeMap::new() };
        Arc::new(Self {
            project,
            version: watch::Sender::new(1),
            state: Mutex::new(state),
            harvest: tokio::sync::Mutex::default(),
            store: tokio::sync::Mutex::default(),
            roster: Mutex::default(),
        })
    }

    /// The present: of the clock, or the one that was set.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.project.now.unwrap_or_else(Utc::now)
    }

    /// Hears of every new generation by its number.
    pub(super) fn versions(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// The config as it stands, or as it last stood.
    pub(super) fn config(&self) -> Option<Arc<Config>> {
        self.state().config.clone()
    }

    /// Takes note of a change: what is looked at from now on is built anew.
    pub(super) fn renew(self: &Arc<Self>, may_ask: bool) {
        let config = Config::load(&self.project.config, &self.project.environment);
        let config = config.map(Arc::new).map_err(|error| Fault::of(&error));
        let (number, watched) = {
            let mut state = self.state();
            let number = state.generation.number + 1;
            let watched: Vec<String> = lock(&state.generation.outcomes).keys().cloned().collect();
            if let Ok(config) = &config {
                state.config = Some(Arc::clone(config));
            }
            state.generation = Arc::new(Generation { number, config, may_ask, outcomes: Mutex::default() });
            (number, watched)
        };
        // Whoever looks now will ask in a moment: it is begun already.
        for name in watched {
            let room = Arc::clone(self);
            tokio::spawn(async move { drop(room.look(Some(&name)).await) });
        }
        self.version.send_replace(number);
    }

    /// Asks every source anew, and then shows what they say.
    pub(super) async fn fetch_again(self: &Arc<Self>) {
        self.harvest.lock().await.forget();
        self.renew(true);
    }

    /// What there is to see of a digest; of the first one where the name is none.
    pub(super) async fn look(self: &Arc<Self>, name: Option<&str>) -> Look {
        let (generation, known) = {
            let state = self.state();
            (Arc::clone(&state.generation), state.config.clone())
        };
        let name = known.as_deref().and_then(|config| self.choose(config, name));
        let mut look = Look {
            name: name.clone(),
            version: generation.number,
            config: known,
            fresh: None,
            good: None,
            fault: None,
        };
        match (&generation.config, &name) {
            (Err(fault), _) => look.fault = Some(fault.clone()),
            (Ok(_), None) => {}
            (Ok(config), Some(name)) => {
                let cell = Arc::clone(lock(&generation.outcomes).entry(name.clone()).or_default());
                let build = || async {
                    let job = (Arc::clone(self), Arc::clone(&generation), Arc::clone(config), name.clone());
                    apart(move || async move { job.0.build(&job.1, &job.2, &job.3).await }).await.unwrap_or_else(|| {
                        let what = "the edition could not be built: its content upset the program".to_owned();
                        Outcome { built: None, fault: Some(Fault { what, ..Fault::default() }) }
                    })
                };
                let outcome = cell.get_or_init(build).await.clone();
                (look.fresh, look.fault) = (outcome.built, outcome.fault);
            }
        }
        look.good = name.and_then(|name| self.state().good.get(&name).cloned());
        look
    }

    /// An edition that was frozen before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn past(&self, look: &Look, digest: &str, number: i64) -> Result<Option<Arc<Built>>, Fault> {
        let Some(config) = &look.config else { return Ok(None) };
        let told = |error: store::Error| Fault::of(&error);
        let store = self.store(config).await.map_err(told)?;
        let Some(frozen) = store.edition(digest, number).await.map_err(told)? else { return Ok(None) };
        let next = Next::Unfinished(Box::new(frozen));
        Ok(Some(Arc::new(Built::new(Arc::clone(config), digest.to_owned(), store, next))))
    }

    /// Brings the store up to date with the subscribers file, and keeps what is wrong with it.
    pub(super) async fn read_subscribers(&self) {
        let Some(config) = self.config() else { return };
        let rows = match (&config.subscribers, self.store(&config).await) {
            (Some(file), Ok(store)) => match mailing::sync(&store, file, self.now()).await {
                Ok(bad) => bad.iter().map(|bad| preflight::of_subscriber(&config, bad)).collect(),
                Err(error) => vec![preflight::of_roster(&config, &error)],
            },
            _ => Vec::new(),
        };
        *lock(&self.roster) = rows;
    }

    /// What is wrong with the subscribers file.
    pub(super) fn roster(&self) -> Vec<Row> {
        lock(&self.roster).clone()
    }

    /// Says whether a broken config has something else to say by now: a file that it misses may have come.
    pub(super) fn is_behind(&self) -> bool {
        let generation = Arc::clone(&self.state().generation);
        let now = || Config::load(&self.project.config, &self.project.environment);
        generation
            .config
            .as_ref()
            .is_err_and(|known| now().map_err(|error| Fault::of(&error)).err().as_ref() != Some(known))
    }

    /// The store, opened once.
    pub(super) async fn store(&self, config: &Config) -> Result<Store, store::Error> {
        let mut store = self.store.lock().await;
        match &*store {
            Some(store) if store.path() == config.store => Ok(store.clone()),
            _ => Ok(store.insert(Store::open(&config.store, self.now()).await?).clone()),
        }
    }

    /// Lets go of the store, so that it is one file again.
    pub(super) async fn close(&self) {
        if let Some(store) = self.store.lock().await.take() {
            store.close().await;
        }
    }

    fn choose(&self, config: &Config, name: Option<&str>) -> Option<String> {
        let wanted = [name, self.project.digest.as_deref()].into_iter().flatten();
        let found = wanted.filter_map(|name| config.digests.get_key_value(name)).map(|(name, _)| name).next();
        found.or_else(|| config.digests.keys().next()).cloned()
    }

    async fn build(self: &Arc<Self>, generation: &Generation, config: &Arc<Config>, name: &str) -> Outcome {
        let Some(chosen) = config.digests.get(name) else { return Outcome { built: None, fault: None } };
        let made = self.make(generation, config, chosen).await;
        let built = match made {
            Ok((store, next)) => Arc::new(Built::new(Arc::clone(config), name.to_owned(), store, next)),
            Err(error) => {
                if is_locked(&error) {
                    let room = Arc::clone(self);
                    tokio::spawn(async move {
                        tokio::time::sleep(PATIENCE).await;
                        room.renew(false);
                    });
                }
                return Outcome { built: None, fault: Some(Fault::of(&error)) };
            }
        };
        let good = self.state().good.get(name).cloned();
        let is_known =
            |problem: &&Problem| good.iter().any(|good| good.local_problems().any(|known| known == *problem));
        let new = built.local_problems().find(|problem| !is_known(problem));
        if new.is_none() || good.is_none() {
            let mut state = self.state();
            // A slower build of an older generation says nothing new.
            if state.generation.number <= generation.number {
                state.good.insert(name.to_owned(), Arc::clone(&built));
            }
        }
        let fault = new.or_else(|| built.local_problems().next()).map(Fault::of_problem);
        // A frozen edition is shown as it is, whatever became of its template; the next one is not.
        let parsed = matches!(built.next, Next::Unfinished(_))
            .then(|| render::check_templates(config.templates.as_deref(), &chosen.template).err())
            .flatten();
        let fault = fault.or_else(|| parsed.map(|error| Fault::of(&error)));
        Outcome { built: Some(built), fault }
    }

    async fn make(
        &self,
        generation: &Generation,
        config: &Config,
        chosen: &Digest,
    ) -> Result<(Store, Next), digest::Error> {
        let store = self.store(config).await?;
        let sources = config.sources_of(chosen);
        let plan = match generation.may_ask {
            true => config.plan(chosen, &sources),
            false => config.plan_without_asking(chosen, &sources),
        };
        if let Some(frozen) = store.unfinished(&chosen.name).await? {
            return Ok((store, Next::Unfinished(Box::new(frozen))));
        }
        let gathered = self.harvest.lock().await.gather(&store, &plan, self.now()).await?;
        let next = digest::fresh_of(&store, &plan, &gathered, self.now()).await?;
        Ok((store, next))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Built {
    fn new(config: Arc<Config>, digest: String, store: Store, next: Next) -> Self {
        Self { config, digest, store, next, rows: OnceCell::new() }
    }

    /// The edition and its parts; none where there is nothing to send.
    pub(super) fn parts(&self) -> Option<(&Edition, &Variants)> {
        match &self.next {
            Next::Unfinished(frozen) => Some((&frozen.edition, &frozen.variants)),
            Next::Fresh(draft, variants) => Some((&draft.edition, variants)),
            Next::Nothing(..) => None,
        }
    }

    /// Why the edition is as it is, where it is not frozen.
    pub(super) fn draft(&self) -> Option<&Draft> {
        match &self.next {
            Next::Unfinished(_) => None,
            Next::Fresh(draft, _) | Next::Nothing(draft, _) => Some(draft),
        }
    }

    /// Everything wrong with it; found once.
    pub(super) async fn rows(&self, environment: &[(String, String)]) -> Result<&[Row], digest::Error> {
        let rows = self.rows.get_or_try_init(|| async {
            let mut rows = preflight::of_project(&self.config, environment);
            if let Some(chosen) = self.config.digests.get(&self.digest) {
                rows.extend(preflight::of_next(&self.config, chosen, &self.store, &self.next).await?);
            }
            Ok(rows)
        });
        rows.await.map(Vec::as_slice)
    }

    /// What is wrong with files of the project's own: whoever looks is probably writing one.
    fn local_problems(&self) -> impl Iterator<Item = &Problem> {
        let is_local = |problem: &&Problem| {
            if problem.place.as_ref().is_some_and(|place| place.contains("://")) {
                return false;
            }
            let source = self.config.sources.iter().find(|source| source.name == problem.source);
            source.is_some_and(|source| match &source.kind {
                Kind::Folder { .. } => true,
                Kind::Feed(location) | Kind::Page(location) | Kind::Listing(location, _) => {
                    matches!(location, Location::File(_))
                }
            })
        };
        self.draft().into_iter().flat_map(|draft| &draft.problems).filter(is_local)
    }
}

impl Look {
    /// What is shown: the last good one while something is wrong, but for whoever wants to see it as it is.
    pub(super) fn shown(&self, as_it_is: bool) -> Option<&Arc<Built>> {
        let last = if self.fault.is_some() && !as_it_is { self.good.as_ref() } else { None };
        last.or(self.fresh.as_ref()).or(self.good.as_ref())
    }

    /// Says whether that is not what would go out now.
    pub(super) fn is_stale(&self, as_it_is: bool) -> bool {
        match (self.shown(as_it_is), &self.fresh) {
            (Some(shown), Some(fresh)) => !Arc::ptr_eq(shown, fresh),
            (shown, _) => shown.is_some(),
        }
    }
}

/// Runs what takes a processor's time beside the threads that answer requests; `None` where it broke.
async fn apart<T, F>(make: impl FnOnce() -> F + Send + 'static) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(make())).await.ok()
}

fn is_locked(error: &digest::Error) -> bool {
    matches!(error, digest::Error::Store(error) if error.is_locked())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
