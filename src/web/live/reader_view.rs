//! An edition as one reader sees it: whoever asks says which edition, and whose.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    session::PreviewSession,
    snapshot::{BuiltEdition, Snapshot},
    views::{self, DisplayOptions},
};
use crate::{
    diagnostic::{Diagnostic, Explain as _},
    edition::Edition,
    mailing,
    message::{self, Occasion, PersonalParts, Sender},
    render::Rendered,
    store,
    subscriber::Subscriber,
};

/// What somebody asks to see.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ViewQuery {
    /// Which digest.
    pub(super) digest: Option<String>,
    /// The number of an edition that was frozen before; the next one where left out.
    pub(super) edition: Option<i64>,
    /// Whose mail; a sample reader's where left out.
    pub(super) reader: Option<String>,
    /// Show it as it is, whatever is wrong with it.
    pub(super) fresh: bool,
    /// Which of several posts.
    pub(super) post: usize,
}

/// An edition as one reader sees it.
#[derive(Debug)]
pub(super) struct ReaderView {
    pub(super) built: Arc<BuiltEdition>,
    pub(super) reader: Subscriber,
    pub(super) sender: Sender,
    /// It is not what would go out now.
    pub(super) is_stale: bool,
    personal: Option<PersonalParts>,
}

impl ReaderView {
    /// Finds what is asked for.
    ///
    /// # Errors
    /// Why there is nothing.
    pub(super) async fn load(session: &Arc<PreviewSession>, query: &ViewQuery) -> Result<Self, Diagnostic> {
        let snapshot = session.snapshot(query.digest.as_deref()).await;
        Self::of_snapshot(session, &snapshot, query).await
    }

    pub(super) async fn of_snapshot(
        session: &Arc<PreviewSession>,
        snapshot: &Snapshot,
        query: &ViewQuery,
    ) -> Result<Self, Diagnostic> {
        let explain = |error: store::Error| error.diagnostic();
        let (built, is_stale) = match (query.edition, &snapshot.digest) {
            (Some(number), Some(digest)) => {
                let past = session.frozen_edition(snapshot, digest, number).await?;
                (past.ok_or_else(|| Diagnostic::new(format!("there is no edition {number} of `{digest}`")))?, false)
            }
            _ => match snapshot.shown(query.fresh) {
                Some(built) => (Arc::clone(built), snapshot.is_stale(query.fresh)),
                None => return Err(snapshot.fault.clone().unwrap_or_else(|| Diagnostic::new("there is no digest"))),
            },
        };
        let reader = match query.reader.as_deref().map(str::trim).filter(|address| !address.is_empty()) {
            None => Subscriber::sample(),
            Some(address) => {
                let address = address.parse().map_err(|words: String| Diagnostic::new(words))?;
                mailing::subscriber_or_stranger(&built.store, &address).await.map_err(explain)?
            }
        };
        let sender = built.config.sender(built.store.signing_keys().await.map_err(explain)?);
        let personal = built.parts().map(|(edition, variants)| {
            let parts = variants.of(reader.language.as_deref());
            message::personalise(edition, parts, &reader, &sender, Occasion::Sample(0))
        });
        Ok(Self { built, reader, sender, is_stale, personal })
    }

    /// Gives the edition, its parts, and these with the reader's own values.
    pub(super) fn mail(&self) -> Option<(&Edition, &Rendered, &PersonalParts)> {
        let (edition, variants) = self.built.parts()?;
        Some((edition, variants.of(self.reader.language.as_deref()), self.personal.as_ref()?))
    }

    /// Says what went wrong on the way.
    pub(super) fn problems(&self) -> Vec<String> {
        let sources = self.built.draft().into_iter().flat_map(|draft| &draft.problems);
        let sources = sources.map(ToString::to_string);
        let layout = self.mail().into_iter().flat_map(|(_, parts, _)| parts.problems.iter().map(ToString::to_string));
        sources.chain(layout).collect()
    }

    /// Gives the page of the mail, with its pictures, as a client shows it; empty where there is none.
    pub(super) fn html(&self, options: DisplayOptions) -> String {
        let Some((edition, _, personal)) = self.mail() else { return String::new() };
        message::inline_images(edition, &views::simulate(&personal.html, options)).into_owned()
    }
}
