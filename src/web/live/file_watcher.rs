//! The project's files, watched: config, templates, posts, and all else that an edition is made of.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{sync::mpsc, time};

use super::session::PreviewSession;
use crate::{
    config::Config,
    deliver::Destination,
    source::{Kind, Location},
};

/// An editor writes a file in several steps: so long nothing more must come.
const DEBOUNCE: Duration = Duration::from_millis(12);

/// Whatever comes, nobody waits longer.
const MAX_DEBOUNCE: Duration = Duration::from_millis(120);

/// How often a broken config is read again.
const CONFIG_RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often files are looked at where the system cannot tell.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Makes a new generation of the session whenever a file changes, as long as it is polled.
pub(super) async fn watch_files(session: Arc<PreviewSession>) {
    let (send, mut events) = mpsc::unbounded_channel();
    let mut watcher = FileWatcher::new(send);
    let mut files = ProjectFiles::of(&session.project.config, session.config().as_deref());
    watcher.follow(&files);
    loop {
        let first = match time::timeout(CONFIG_RETRY_AFTER, events.recv()).await {
            Ok(Some(first)) => first,
            Ok(None) => return,
            // Nobody watches for a file that a broken config names.
            Err(_) if !session.is_outdated() => continue,
            Err(_) => Vec::from([std::path::absolute(&session.project.config).unwrap_or_default()]),
        };
        let mut paths = BTreeSet::from_iter(first);
        let end = time::Instant::now() + MAX_DEBOUNCE;
        while let Ok(Some(more)) = time::timeout_at((time::Instant::now() + DEBOUNCE).min(end), events.recv()).await {
            paths.extend(more);
        }
        let was_replaced = watcher.forget(&paths);
        paths.retain(|path| files.includes(path));
        if paths.is_empty() && !was_replaced {
            continue;
        }
        tracing::debug!(?paths, "changed");
        if paths.iter().any(|path| files.subscribers.as_ref() == Some(path)) {
            session.read_subscribers().await;
        }
        session.rebuild(false);
        let subscribers = files.subscribers.take();
        files = ProjectFiles::of(&session.project.config, session.config().as_deref());
        if files.subscribers != subscribers {
            session.read_subscribers().await;
            session.rebuild(false);
        }
        // What was written into a new folder before it was watched would be missed.
        if watcher.follow(&files) {
            session.rebuild(false);
        }
    }
}

/// What an edition is made of.
#[derive(Debug, Default, PartialEq, Eq)]
struct ProjectFiles {
    /// With all that stands in them.
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    subscribers: Option<PathBuf>,
    /// Written by ourselves: the store, the outbox.
    ours: BTreeSet<PathBuf>,
}

impl ProjectFiles {
    fn of(path: &Path, config: Option<&Config>) -> Self {
        let mut files = Self::default();
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let root = whole(path).parent().map(Path::to_owned).unwrap_or_default();
        files.files.insert(whole(path));
        files.folders.insert(root.join("templates"));
        let Some(config) = config else { return files };
        for source in &config.sources {
            match &source.kind {
                Kind::Folder { path, .. } => drop(files.folders.insert(whole(path))),
                Kind::Feed(Location::File(file))
                | Kind::Page(Location::File(file))
                | Kind::Listing(Location::File(file), _) => drop(files.files.insert(whole(file))),
                _ => {}
            }
        }
        for digest in config.digests.values() {
            let named = [digest.intro_file.clone(), digest.theme.get("logo").map(PathBuf::from)];
            files.files.extend(named.into_iter().flatten().map(|file| root.join(file)));
        }
        files.subscribers = config.subscribers.as_deref().map(whole);
        files.files.extend(files.subscribers.clone());
        files.ours.insert(whole(&config.store));
        if let Destination::File(folder) = &config.destination {
            files.ours.insert(whole(folder));
        }
        files
    }

    /// Says whether a change of `path` can change what is shown.
    fn includes(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let is_ours = |ours: &PathBuf| {
            let is_companion = ours.file_name().is_some_and(|own| name.starts_with(&*own.to_string_lossy()));
            path.starts_with(ours) || path.parent() == ours.parent() && is_companion
        };
        if self.files.contains(path) {
            return true;
        }
        let is_temporary =
            name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") || name.ends_with(".tmp");
        self.folders.iter().any(|folder| path.starts_with(folder)) && !is_temporary && !self.ours.iter().any(is_ours)
    }

    /// What the system is asked to watch: folders, because editors put a new file in the place of the old one.
    fn places(&self) -> BTreeSet<(PathBuf, bool)> {
        let above = |path: &PathBuf| path.parent().map(|parent| (parent.to_owned(), false));
        let there = self.folders.iter().filter(|folder| folder.is_dir()).map(|folder| (folder.clone(), true));
        self.files
            .iter()
            .chain(&self.folders)
            .filter_map(above)
            // One that is replaced is heard of in the folder above it.
            .flat_map(|place| [above(&place.0), Some(place)])
            .flatten()
            .filter(|(path, _)| path.is_dir())
            .chain(there)
            .collect()
    }
}

/// What the system watches for us.
struct FileWatcher {
    watcher: Option<Box<dyn Watcher + Send>>,
    places: BTreeSet<(PathBuf, bool)>,
}

impl FileWatcher {
    fn new(send: mpsc::UnboundedSender<Vec<PathBuf>>) -> Self {
        let send_paths = move |event: notify::Result<Event>| match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => {}
            Ok(event) => drop(send.send(event.paths)),
            Err(error) => tracing::warn!("a change may have been missed: {error}"),
        };
        let config = notify::Config::default().with_poll_interval(POLL_INTERVAL);
        let native = RecommendedWatcher::new(send_paths.clone(), config).map(|watcher| Box::new(watcher) as Box<_>);
        let watcher =
            native.or_else(|_| PollWatcher::new(send_paths, config).map(|watcher| Box::new(watcher) as Box<_>));
        if let Err(error) = &watcher {
            tracing::warn!("files are not watched: {error}");
        }
        Self { watcher: watcher.ok(), places: BTreeSet::new() }
    }

    /// Lets go of the places that something happened to themselves; says whether there is one. Another folder may stand
    /// there by now: it is watched anew.
    fn forget(&mut self, paths: &BTreeSet<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let before = self.places.len();
        self.places.retain(|(place, _)| {
            let stays = !paths.contains(place);
            if !stays {
                let _ = watcher.unwatch(place);
            }
            stays
        });
        self.places.len() < before
    }

    /// Watches what `files` needs and no more; says whether a folder is new.
    fn follow(&mut self, files: &ProjectFiles) -> bool {
        let wanted = files.places();
        let Some(watcher) = &mut self.watcher else { return false };
        for (path, _) in self.places.difference(&wanted) {
            // One that is gone is not watched any more.
            let _ = watcher.unwatch(path);
        }
        let mut is_new = false;
        for (path, whole) in &wanted {
            if !self.places.contains(&(path.clone(), *whole)) {
                let mode = if *whole { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
                match watcher.watch(path, mode) {
                    Ok(()) => is_new = true,
                    Err(error) => tracing::warn!("`{}` is not watched: {error}", path.display()),
                }
            }
        }
        self.places = wanted;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> ProjectFiles {
        let set = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        ProjectFiles {
            folders: set(&["/site/posts", "/site/templates"]),
            files: set(&["/site/tidings.toml", "/site/readers.csv"]),
            subscribers: Some("/site/readers.csv".into()),
            ours: set(&["/site/posts/tidings.db", "/site/posts/outbox"]),
        }
    }

    #[test]
    fn only_what_an_edition_is_made_of_is_watched() {
        for path in ["/site/tidings.toml", "/site/posts/a/b.md", "/site/templates/parts/x.mjml", "/site/readers.csv"] {
            assert!(files().includes(Path::new(path)), "{path}");
        }
        for path in [
            "/site/other.toml",
            "/site/tidings.toml~",
            "/site/posts/.a.md.swp",
            "/site/posts/a.md~",
            "/site/posts/tidings.db-wal",
            "/site/posts/outbox/1.eml",
            "/elsewhere",
        ] {
            assert!(!files().includes(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_project_without_a_config_waits_for_it() {
        let files = ProjectFiles::of(Path::new("/nowhere/tidings.toml"), None);
        assert!(
            files.includes(Path::new("/nowhere/tidings.toml"))
                && files.includes(Path::new("/nowhere/templates/a.mjml"))
        );
        assert!(!files.includes(Path::new("/nowhere/tidings.db")));
        assert_eq!(files.places(), BTreeSet::from([(PathBuf::from("/"), false)]));
    }
}
