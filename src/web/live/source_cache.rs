//! What servers said a moment ago: files are read anew each time, servers are left alone for a while.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::{
    digest::{self, Plan},
    source::{self, FetchState, Gathered, Kind, Location, Problem, Source},
    store::Store,
};

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
