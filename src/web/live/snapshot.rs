//! What there is to see of a digest at one moment: the edition as it would go out now, and the last one without a fault.

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::{
    config::Config,
    diagnostic::Diagnostic,
    digest::{self, Draft, Next},
    edition::Edition,
    lint::Row,
    preflight,
    render::Variants,
    source::{Kind, Location, Problem},
    store::Store,
};

/// A digest as it stands between two changes.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    /// The digest's name.
    pub(super) digest: Option<String>,
    /// Counts the changes.
    pub(super) version: u64,
    /// The config, the last good one where it is broken.
    pub(super) config: Option<Arc<Config>>,
    /// The edition as it is now, where there is one at all.
    pub(super) current: Option<Arc<BuiltEdition>>,
    /// The last one that had no fault.
    pub(super) last_good: Option<Arc<BuiltEdition>>,
    /// What is wrong now.
    pub(super) fault: Option<Diagnostic>,
}

impl Snapshot {
    /// Gives what is shown: the last good edition while something is wrong, but for whoever wants to see it as it is.
    pub(super) fn shown(&self, as_it_is: bool) -> Option<&Arc<BuiltEdition>> {
        let last = if self.fault.is_some() && !as_it_is { self.last_good.as_ref() } else { None };
        last.or(self.current.as_ref()).or(self.last_good.as_ref())
    }

    /// Says whether that is not what would go out now.
    pub(super) fn is_stale(&self, as_it_is: bool) -> bool {
        match (self.shown(as_it_is), &self.current) {
            (Some(shown), Some(current)) => !Arc::ptr_eq(shown, current),
            (shown, _) => shown.is_some(),
        }
    }
}

/// An edition that can be shown.
#[derive(Debug)]
pub(super) struct BuiltEdition {
    pub(super) config: Arc<Config>,
    pub(super) digest: String,
    pub(super) store: Store,
    pub(super) next: Next,
    rows: OnceCell<Vec<Row>>,
}

impl BuiltEdition {
    pub(super) fn new(config: Arc<Config>, digest: String, store: Store, next: Next) -> Self {
        Self { config, digest, store, next, rows: OnceCell::new() }
    }

    /// Gives the edition and its parts; none where there is nothing to send.
    pub(super) fn parts(&self) -> Option<(&Edition, &Variants)> {
        match &self.next {
            Next::Unfinished(frozen) => Some((&frozen.edition, &frozen.variants)),
            Next::Fresh(draft, variants) => Some((&draft.edition, variants)),
            Next::Nothing(..) => None,
        }
    }

    /// Gives the draft, which says why the edition is as it is, where it is not frozen.
    pub(super) fn draft(&self) -> Option<&Draft> {
        match &self.next {
            Next::Unfinished(_) => None,
            Next::Fresh(draft, _) | Next::Nothing(draft, _) => Some(draft),
        }
    }

    /// Finds everything wrong with it, once.
    pub(super) async fn rows(&self, environment: &[(String, String)]) -> Result<&[Row], digest::Error> {
        let rows = self.rows.get_or_try_init(|| async {
            let mut rows = preflight::check_project(&self.config, environment);
            if let Some(chosen) = self.config.digests.get(&self.digest) {
                rows.extend(preflight::check_next_edition(&self.config, chosen, &self.store, &self.next).await?);
            }
            Ok(rows)
        });
        rows.await.map(Vec::as_slice)
    }

    /// Gives what is wrong with files of the project's own: whoever looks is probably writing one.
    pub(super) fn local_problems(&self) -> impl Iterator<Item = &Problem> {
        let is_local = |problem: &&Problem| {
            if problem.diagnostic.place.as_ref().is_some_and(|place| place.file.contains("://")) {
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
