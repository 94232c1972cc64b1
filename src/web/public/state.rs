//! What all pages share, and what is kept between requests.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Site, count::Count, desk::Desk, feed::Kept, health::Health, metrics::Told};
use crate::{
    config::Config,
    deliver::rate::Bucket,
    message::mailbox,
    render::{Pages, Words},
    store,
    token::{Keys, Purpose, Subject},
};

/// Keys are read again no sooner than this: another program may have drawn a new one.
const KEYS: Duration = Duration::from_secs(1);

/// So many tokens that nobody signed are answered in a second.
const STRANGERS: f64 = 100.0;

/// What the pages share.
pub(super) struct Public {
    pub(super) site: Site,
    pub(super) desk: Desk,
    pub(super) count: Count,
    pub(super) feed: Mutex<Option<Kept>>,
    pub(super) health: tokio::sync::Mutex<Option<Health>>,
    pub(super) told: tokio::sync::Mutex<Option<Told>>,
    present: Mutex<Option<Arc<Present>>>,
    keys: tokio::sync::Mutex<Option<(Keys, Instant)>>,
    strangers: Mutex<Bucket>,
    started: Instant,
}

/// The project as it stands now, ready for pages.
pub(super) struct Present {
    pub(super) config: Arc<Config>,
    /// `public_url` with a slash at its end.
    pub(super) base: Url,
    pages: Option<Pages>,
    looks: Mutex<HashMap<(String, String), Arc<Look>>>,
}

/// The style of pages, and the policy that allows it and nothing else.
pub(super) struct Look {
    pub(super) style: String,
    pub(super) policy: String,
}

impl Public {
    pub(super) fn open(site: Site) -> Arc<Self> {
        Arc::new(Self {
            desk: Desk::open(site.store.clone(), Arc::clone(&site.clock)),
            site,
            count: Count::default(),
            feed: Mutex::default(),
            health: tokio::sync::Mutex::default(),
            told: tokio::sync::Mutex::default(),
            present: Mutex::default(),
            keys: tokio::sync::Mutex::default(),
            strangers: Mutex::default(),
            started: Instant::now(),
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.site.clock)()
    }

    /// The project as it stands now.
    pub(super) fn present(&self) -> Arc<Present> {
        let config = Arc::clone(&self.site.config.borrow());
        let mut present = held(&self.present);
        match &*present {
            Some(present) if Arc::ptr_eq(&present.config, &config) => Arc::clone(present),
            _ => Arc::clone(present.insert(Arc::new(Present::new(config)))),
        }
    }

    /// What a token says that was signed for one of these purposes; `None` where nobody signed it.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub(super) async fn verify<const N: usize>(
        &self,
        purposes: [Purpose; N],
        token: &str,
    ) -> Result<Option<(Purpose, Subject)>, store::Error> {
        let keys = self.keys(false).await?;
        match read(&keys, purposes, token) {
            Some(found) => Ok(Some(found)),
            None => Ok(read(&self.keys(true).await?, purposes, token)),
        }
    }

    /// The signing keys as they were read last; read again where they may be old, and somebody doubts them.
    async fn keys(&self, again: bool) -> Result<Keys, store::Error> {
        let mut kept = self.keys.lock().await;
        match &*kept {
            Some((keys, at)) if !again || at.elapsed() < KEYS => Ok(keys.clone()),
            _ => {
                let keys = self.site.store.keys().await?;
                *kept = Some((keys.clone(), Instant::now()));
                Ok(keys)
            }
        }
    }

    /// Says whether one more token that nobody signed is answered at this moment. All of them count together: behind
    /// a proxy they come from one address, and whoever brings a signed one is never asked.
    pub(super) fn takes_strangers(&self) -> bool {
        // A rate says when the first comes in; a burst of a second may come before.
        let now_ms = self.started.elapsed().as_secs_f64() * 1_000.0;
        let mut bucket = held(&self.strangers);
        bucket.next_ms = bucket.next_ms.max(now_ms);
        if bucket.next_ms > now_ms + 1_000.0 {
            return false;
        }
        bucket.next_ms += 1_000.0 / STRANGERS;
        true
    }
}

fn read<const N: usize>(keys: &Keys, purposes: [Purpose; N], token: &str) -> Option<(Purpose, Subject)> {
    // All are looked at, whichever is right: time tells nobody which it was.
    let all = purposes.map(|purpose| keys.verify(purpose, token).map(|payload| (purpose, payload)));
    let (purpose, payload) = all.into_iter().flatten().next()?;
    Some((purpose, Subject::read(&payload)?))
}

impl Present {
    fn new(config: Arc<Config>) -> Self {
        let pages = Pages::load(config.templates.as_deref()).or_else(|error| {
            tracing::error!("{error}: pages are shown as they come with tidings");
            Pages::load(None)
        });
        let listen = || Url::parse(&format!("http://{}/", config.listen)).expect("a socket's address is one of a URL");
        let mut base = config.public_url.clone().unwrap_or_else(listen);
        base.set_query(None);
        base.set_fragment(None);
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().push("");
        }
        Self { base, pages: pages.ok(), config, looks: Mutex::default() }
    }

    /// The first of these languages that we speak: the reader's, the publication's, English.
    pub(super) fn words(&self, reader: Option<&str>) -> Words {
        Words::of(reader.into_iter().chain([self.config.publication.language.as_str()]))
    }

    /// A page's address: `path` is ASCII that a URL takes as it is.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The digest's name for readers. Without one it is the publication's, with its own where there are several such.
    pub(super) fn title<'a>(&'a self, digest: &'a str) -> Cow<'a, str> {
        let title = self.config.digests.get(digest).and_then(|digest| digest.title.as_deref());
        let name = &self.config.publication.name;
        let untitled = || self.config.digests.values().filter(|digest| digest.title.is_none()).count();
        match title {
            Some(title) => title.into(),
            None if untitled() > 1 => format!("{name} · {digest}").into(),
            None => name.into(),
        }
    }

    /// Where readers write to.
    pub(super) fn contact(&self) -> String {
        let publication = &self.config.publication;
        let mailbox = mailbox(publication.reply_to.as_deref().unwrap_or(&publication.from));
        mailbox.map(|(_, address)| address.to_string()).unwrap_or_default()
    }

    /// The look of a digest's pages; without one, of the first digest's.
    pub(super) fn look(&self, digest: Option<&str>, words: &Words) -> Arc<Look> {
        let digest =
            digest.and_then(|name| self.config.digests.get(name)).or_else(|| self.config.digests.values().next());
        let language = words.lang.split('-').next().unwrap_or_default().to_owned();
        let key = (digest.map(|digest| digest.name.clone()).unwrap_or_default(), language);
        let mut looks = held(&self.looks);
        let look = looks.entry(key).or_insert_with(|| {
            let (template, theme) = digest.map_or(("classic", None), |digest| (&*digest.template, Some(&digest.theme)));
            let none = BTreeMap::new();
            let pages = self.pages.as_ref();
            let style =
                pages.map(|pages| pages.style(template, theme.unwrap_or(&none), &words.lang)).unwrap_or_default();
            let hash = STANDARD.encode(Sha256::digest(&style));
            let policy = format!(
                "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            );
            Arc::new(Look { style, policy })
        });
        Arc::clone(look)
    }

    /// A page; should the user's own template fail, ours.
    pub(super) fn page(&self, name: &str, context: &impl serde::Serialize) -> String {
        let ours = |error| {
            tracing::error!("{error}: the page is shown as it comes with tidings");
            Pages::load(None)?.render(name, context)
        };
        let Some(pages) = &self.pages else { return String::new() };
        pages.render(name, context).or_else(ours).unwrap_or_default()
    }
}

/// What a panic left locked is as good as before: nothing in it is half-done.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
