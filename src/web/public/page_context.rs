//! The project as it stands now, ready for pages: addresses, titles, words, styles, templates.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    config::Config,
    message::parse_mailbox,
    render::{PageTexts, Pages, Templates},
};

/// What all pages of one config share.
pub(super) struct PageContext {
    pub(super) config: Arc<Config>,
    /// `public_url` with a slash at its end.
    pub(super) base: Url,
    templates: Option<Pages>,
    styles: Mutex<HashMap<(String, String), Arc<PageStyle>>>,
}

/// The style of pages, and the policy that allows it and nothing else.
pub(super) struct PageStyle {
    pub(super) style: String,
    pub(super) policy: String,
}

impl PageContext {
    pub(super) fn new(config: Arc<Config>) -> Self {
        let templates = Pages::load(&config.templates).or_else(|error| {
            tracing::error!("{error}: pages are shown as they come with tidings");
            Pages::load(&Templates::built_in())
        });
        let listen = || Url::parse(&format!("http://{}/", config.listen)).expect("a socket's address is one of a URL");
        let mut base = config.public_url.clone().unwrap_or_else(listen);
        base.set_query(None);
        base.set_fragment(None);
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().push("");
        }
        Self { base, templates: templates.ok(), config, styles: Mutex::default() }
    }

    /// Gives the words of the first of these languages that we speak: the reader's, the publication's, English.
    pub(super) fn words(&self, reader: Option<&str>) -> PageTexts {
        PageTexts::of(reader.into_iter().chain([self.config.publication.language.as_str()]))
    }

    /// Gives a page's address; `path` is ASCII that a URL takes as it is.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Gives the address of a digest in the archive.
    pub(super) fn archive_link(&self, digest: &str) -> String {
        let plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~".contains(octet);
        let part = |octet: u8| if plain(&octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") };
        self.link(&format!("archive/{}/", digest.bytes().map(part).collect::<String>()))
    }

    /// Gives the address of an edition in the archive.
    pub(super) fn edition_link(&self, digest: &str, number: i64) -> String {
        format!("{}{number}", self.archive_link(digest))
    }

    /// Gives the address that readers write to.
    pub(super) fn contact(&self) -> String {
        let publication = &self.config.publication;
        let mailbox = parse_mailbox(publication.reply_to.as_deref().unwrap_or(&publication.from));
        mailbox.map(|(_, address)| address.to_string()).unwrap_or_default()
    }

    /// Gives the style of a digest's pages; without one, of the first digest's.
    pub(super) fn style(&self, digest: Option<&str>, words: &PageTexts) -> Arc<PageStyle> {
        let digest =
            digest.and_then(|name| self.config.digests.get(name)).or_else(|| self.config.digests.values().next());
        let language = words.lang.split('-').next().unwrap_or_default().to_owned();
        let key = (digest.map(|digest| digest.name.clone()).unwrap_or_default(), language);
        let mut styles = lock(&self.styles);
        let style = styles.entry(key).or_insert_with(|| {
            let (template, theme) = digest.map_or(("classic", None), |digest| (&*digest.template, Some(&digest.theme)));
            let none = BTreeMap::new();
            let templates = self.templates.as_ref();
            let style = templates.map(|templates| templates.style(template, theme.unwrap_or(&none), &words.lang));
            let style = style.unwrap_or_default();
            let hash = STANDARD.encode(Sha256::digest(&style));
            let policy = format!(
                "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            );
            Arc::new(PageStyle { style, policy })
        });
        Arc::clone(style)
    }

    /// Renders a page; should the user's own template fail, ours.
    pub(super) fn render(&self, name: &str, context: &impl serde::Serialize) -> String {
        let ours = |error| {
            tracing::error!("{error}: the page is shown as it comes with tidings");
            Pages::load(&Templates::built_in())?.render(name, context)
        };
        let Some(templates) = &self.templates else { return String::new() };
        templates.render(name, context).or_else(ours).unwrap_or_default()
    }
}

/// What a panic left locked is as good as before: nothing in it is half-done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
