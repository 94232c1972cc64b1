//! `/a/TOKEN`: the editor looks at an edition that waits; a POST sends it or stops it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use crate::{
    message,
    store::{EditionRecord, EditionState, FrozenEdition},
    token::Purpose,
};

use super::{
    conditional,
    edition_page::{self, edition_page},
    extract::{PageError, PathPart, SmallBody},
    message_page::{Action, MessagePage},
    page_context::PageContext,
    state::PublicState,
};

/// An edition, how it stands, and what its editor's link is for.
struct Approval {
    purpose: Purpose,
    edition: EditionRecord,
    frozen: FrozenEdition,
}

/// Shows what a POST would do.
pub(super) async fn show(
    State(state): State<Arc<PublicState>>,
    PathPart(token): PathPart,
) -> Result<Response, PageError> {
    let context = state.page_context();
    let approval = load(&state, &token).await?;
    let edition_state = approval.edition.state;
    // An edition that is approved is not approved again; but it can still be stopped.
    let is_settled = approval.purpose == Purpose::Approve && edition_state == EditionState::Approved;
    Ok(if edition_state.is_before_sending() && !is_settled {
        question_page(&context, &approval, &token)
    } else {
        status_page(&context, &approval, edition_state, &token)
    })
}

/// Sends it or stops it; what was decided before stays.
pub(super) async fn decide(
    State(state): State<Arc<PublicState>>,
    PathPart(token): PathPart,
    _: SmallBody,
) -> Result<Response, PageError> {
    let approval = load(&state, &token).await?;
    let row = approval.edition.row;
    let decided = match approval.purpose {
        Purpose::Approve => state.store.approve(row, state.now()).await?,
        _ => state.store.veto(row, state.now()).await?,
    };
    // What goes now nobody has yet.
    let goes_now = decided.after == EditionState::Sending && decided.before.is_before_sending();
    let shown = if goes_now { EditionState::Approved } else { decided.after };
    Ok(status_page(&state.page_context(), &approval, shown, &token))
}

/// Shows the edition itself.
pub(super) async fn edition(
    State(state): State<Arc<PublicState>>,
    PathPart(token): PathPart,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let approval = load(&state, &token).await?;
    let body = edition_page(&state.page_context(), &approval.frozen);
    Ok(conditional::respond(&headers, conditional::HTML, edition_page::POLICY, None, body))
}

async fn load(state: &PublicState, token: &str) -> Result<Approval, PageError> {
    let (purpose, subject) = state.verify([Purpose::Approve, Purpose::Veto], token).await?;
    let edition = state.store.edition_by_uid(&subject.of).await?.ok_or(PageError::UnknownToken)?;
    let frozen = state.store.frozen_edition(&edition.digest, edition.number).await?.ok_or(PageError::UnknownToken)?;
    Ok(Approval { purpose, edition, frozen })
}

fn question_page(context: &PageContext, approval: &Approval, token: &str) -> Response {
    let name = if approval.purpose == Purpose::Approve { "approve" } else { "veto" };
    let words = context.words(None);
    let mut page = page(context, approval, name, token);
    page.posts = approval.frozen.edition.posts.iter().map(|item| item.post.title.clone()).collect();
    page.actions = vec![Action { ask: String::new(), name, value: "yes", label: words.word(name).to_owned() }];
    page.respond(context, &words, Some(&approval.edition.digest), StatusCode::OK)
}

/// Says how it stands.
fn status_page(context: &PageContext, approval: &Approval, state: EditionState, token: &str) -> Response {
    let words = context.words(None);
    let key = match state {
        EditionState::Vetoed | EditionState::Cancelled => "vetoed",
        EditionState::Sending | EditionState::Sent => "out",
        EditionState::Approved | EditionState::Waiting | EditionState::Held => "approved",
    };
    let mut page = page(context, approval, key, token);
    if key == "vetoed" {
        page.paragraphs.truncate(1);
        page.paragraphs.push(words.word("vetoed").to_owned());
    }
    page.respond(context, &words, Some(&approval.edition.digest), StatusCode::OK)
}

/// Makes what all these pages say: which edition, when it is due, and where to look at it.
fn page(context: &PageContext, approval: &Approval, key: &str, token: &str) -> MessagePage {
    let words = context.words(None);
    let EditionRecord { digest, number, subject, uid, due, .. } = &approval.edition;
    let which = format!("{} · {}", context.config.digest_title(digest), words.number(*number));
    let mut paragraphs = vec![which, message::anonymise_line(uid, subject)];
    if let Some(due) = due {
        let zone = context.config.publication.timezone;
        let time = due.with_timezone(&zone).format("%H:%M %Z");
        paragraphs.push(words.with("due", &[("due", &format!("{}, {time}", words.date(*due, zone)))]));
    }
    let links = vec![(context.link(&format!("a/{token}/look")), words.word("look").to_owned())];
    let title = words.word(&format!("{key}_title")).to_owned();
    MessagePage { title, paragraphs, links, ..MessagePage::default() }
}
