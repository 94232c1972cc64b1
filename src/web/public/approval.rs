//! `/a/TOKEN`: the editor looks at an edition that waits; a POST sends it or stops it.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    archive::{failed, shown},
    door, fresh,
    note::{Action, Note},
    paper,
    state::{Present, Public},
    unsubscribe::{Part, short, text},
};
use crate::{
    message,
    store::{Error, Frozen, Standing, State as Stands},
    token::Purpose,
};

/// An edition, how it stands, and what its editor's link is for.
struct Asked {
    purpose: Purpose,
    standing: Standing,
    frozen: Frozen,
}

/// Shows what a POST would do.
pub(super) async fn show(State(public): State<Arc<Public>>, token: Part<String>) -> Response {
    let token = text(token);
    let present = public.present();
    match asked(&public, &token).await {
        Ok(Some(asked)) if asked.standing.state.is_before_sending() && !is_settled(&asked) => {
            question(&present, &asked, &token)
        }
        Ok(Some(asked)) => state(&present, &asked, asked.standing.state, &token),
        Ok(None) => nobody(&public, &present),
        Err(error) => failed(&present, &error),
    }
}

/// Sends it or stops it; what was decided before stays.
pub(super) async fn act(State(public): State<Arc<Public>>, token: Part<String>, body: Body) -> Response {
    let token = text(token);
    if let Err(refused) = door::body(body).await {
        return refused;
    }
    let present = public.present();
    let asked = match asked(&public, &token).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return nobody(&public, &present),
        Err(error) => return failed(&present, &error),
    };
    let (store, row) = (&public.site.store, asked.standing.row);
    let decided = match asked.purpose {
        Purpose::Approve => store.approve(row, public.now()).await,
        _ => store.veto(row, public.now()).await,
    };
    match decided {
        // It goes now; nobody has it yet.
        Ok(decided) if decided.after == Stands::Sending && decided.before.is_before_sending() => {
            state(&present, &asked, Stands::Approved, &token)
        }
        Ok(decided) => state(&present, &asked, decided.after, &token),
        Err(error) => failed(&present, &error),
    }
}

/// The edition itself.
pub(super) async fn look(State(public): State<Arc<Public>>, token: Part<String>, headers: HeaderMap) -> Response {
    let token = text(token);
    let present = public.present();
    match asked(&public, &token).await {
        Ok(Some(asked)) => {
            let body = shown(&present, &asked.frozen);
            fresh::answer(&headers, "text/html; charset=utf-8", paper::POLICY, None, body)
        }
        Ok(None) => nobody(&public, &present),
        Err(error) => failed(&present, &error),
    }
}

async fn asked(public: &Public, token: &str) -> Result<Option<Asked>, Error> {
    let Some((purpose, subject)) = public.verify([Purpose::Approve, Purpose::Veto], token).await? else {
        return Ok(None);
    };
    let store = &public.site.store;
    let Some(standing) = store.standing(&subject.of).await? else { return Ok(None) };
    let Some(frozen) = store.edition(&standing.digest, standing.number).await? else { return Ok(None) };
    Ok(Some(Asked { purpose, standing, frozen }))
}

/// An edition that is approved is not approved again; but it can still be stopped.
fn is_settled(asked: &Asked) -> bool {
    asked.purpose == Purpose::Approve && asked.standing.state == Stands::Approved
}

fn question(present: &Present, asked: &Asked, token: &str) -> Response {
    let key = if asked.purpose == Purpose::Approve { "approve" } else { "veto" };
    let words = present.words(None);
    let (title, label) = (words.word(&format!("{key}_title")).to_owned(), words.word(key).to_owned());
    let actions = vec![Action { ask: String::new(), name: key, value: "yes", label }];
    let mut note = note(present, asked, title, token);
    note.posts = asked.frozen.edition.posts.iter().map(|item| item.post.title.clone()).collect();
    note.actions = actions;
    note.answer(present, &words, Some(&asked.standing.digest), StatusCode::OK)
}

/// Says how it stands.
fn state(present: &Present, asked: &Asked, state: Stands, token: &str) -> Response {
    let words = present.words(None);
    let key = match state {
        Stands::Vetoed | Stands::Cancelled => "vetoed",
        Stands::Sending | Stands::Sent => "out",
        Stands::Approved | Stands::Waiting | Stands::Held => "approved",
    };
    let mut note = note(present, asked, words.word(&format!("{key}_title")).to_owned(), token);
    if key == "vetoed" {
        note.paragraphs = vec![note.paragraphs.swap_remove(0), words.word("vetoed").to_owned()];
    }
    note.answer(present, &words, Some(&asked.standing.digest), StatusCode::OK)
}

/// What all these pages say: which edition, when it is due, and where to look at it.
fn note(present: &Present, asked: &Asked, title: String, token: &str) -> Note {
    let words = present.words(None);
    let Standing { digest, number, subject, uid, due, .. } = &asked.standing;
    let which = format!("{} · {}", present.title(digest), words.number(*number));
    let mut paragraphs = vec![which, message::neutral_line(uid, subject)];
    if let Some(due) = due {
        let zone = present.config.publication.timezone;
        let time = due.with_timezone(&zone).format("%H:%M %Z");
        paragraphs.push(words.with("due", &[("due", &format!("{}, {time}", words.date(*due, zone)))]));
    }
    let links = vec![(present.link(&format!("a/{token}/look")), words.word("look").to_owned())];
    Note { title, paragraphs, links, ..Note::default() }
}

fn nobody(public: &Public, present: &Present) -> Response {
    let (key, status) = match public.takes_strangers() {
        true => ("unknown", StatusCode::NOT_FOUND),
        false => ("busy", StatusCode::TOO_MANY_REQUESTS),
    };
    short(present, &present.words(None), key, status)
}
