//! `/u/TOKEN`: a look changes nothing, a POST takes the reader off the digest (RFC 8058), and the page that answers
//! offers the rest.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use super::{
    door,
    note::{Action, Note},
    state::{Present, Public},
};
use crate::{
    diagnostic::error_report,
    render::Words,
    store::{Granted, Reading, Wish},
    token::{Purpose, Subject},
};

/// What our own forms say; whatever else is posted asks to leave.
const LEAVE: (&str, &str) = ("List-Unsubscribe", "One-Click");
const LEAVE_ALL: (&str, &str) = ("leave", "all");
const RETURN: (&str, &str) = ("return", "yes");

/// Parts of an address, which need not be text.
pub(super) type Part<T> = Result<Path<T>, PathRejection>;

/// Whom a token names.
enum Who {
    Reader(Subject),
    /// It came with a preview or a test.
    Sample(Subject),
    Nobody,
}

/// Shows what a POST would do.
pub(super) async fn show(State(public): State<Arc<Public>>, token: Part<String>) -> Response {
    let token = text(token);
    let present = public.present();
    match who(&public, &token).await {
        Err(failed) => failed(&present),
        Ok(Who::Nobody) => nobody(&public, &present),
        Ok(Who::Sample(subject)) => sample(&present, &subject),
        Ok(Who::Reader(subject)) => match public.site.store.reading(subject.subscriber, &subject.of).await {
            Ok(Some(granted)) => page(&present, &subject.of, &granted, false),
            Ok(None) => nobody(&public, &present),
            Err(error) => {
                tracing::error!("{}", error_report(&error));
                failed(&present)
            }
        },
    }
}

/// Does what is asked; the same again changes nothing.
pub(super) async fn act(
    State(public): State<Arc<Public>>,
    token: Part<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let token = text(token);
    let body = match door::body(body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let present = public.present();
    let subject = match who(&public, &token).await {
        Err(failed) => return failed(&present),
        Ok(Who::Nobody) => return nobody(&public, &present),
        Ok(Who::Sample(subject)) => return sample(&present, &subject),
        Ok(Who::Reader(subject)) => subject,
    };
    let wish = wish(&present, &subject, &headers, &body);
    let is_return = matches!(wish, Wish::Return { .. });
    match public.desk.bring(wish).await {
        Ok(Some(granted)) => page(&present, &subject.of, &granted, is_return),
        Ok(None) => nobody(&public, &present),
        Err(_) => failed(&present),
    }
}

/// The page for a link without a token.
pub(super) async fn show_nobody(State(public): State<Arc<Public>>) -> Response {
    nobody(&public, &public.present())
}

/// The same for a POST.
pub(super) async fn act_nobody(State(public): State<Arc<Public>>, body: Body) -> Response {
    match door::body(body).await {
        Ok(_) => nobody(&public, &public.present()),
        Err(refused) => refused,
    }
}

/// A token as it was written; one that is no text is none.
pub(super) fn text(token: Part<String>) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

async fn who(public: &Public, token: &str) -> Result<Who, fn(&Present) -> Response> {
    match public.verify([Purpose::Unsubscribe, Purpose::Sample], token).await {
        Ok(Some((Purpose::Sample, subject))) => Ok(Who::Sample(subject)),
        Ok(Some((_, subject))) => Ok(Who::Reader(subject)),
        Ok(None) => Ok(Who::Nobody),
        Err(error) => {
            tracing::error!("{}", error_report(&error));
            Err(failed)
        }
    }
}

/// What is asked for: only our own forms ask for something else than to leave.
fn wish(present: &Present, subject: &Subject, headers: &HeaderMap, body: &Bytes) -> Wish {
    let subscriber = subject.subscriber;
    let digest = subject.of.clone();
    let others = || present.config.digests.keys().filter(|name| **name != digest).cloned().collect();
    match asked(headers, body) {
        Asked::Leave => Wish::Leave { subscriber, digest },
        Asked::LeaveAll => Wish::LeaveAll { subscriber },
        Asked::Return => Wish::Return { subscriber, others: others(), digest },
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Leave,
    LeaveAll,
    Return,
}

fn asked(headers: &HeaderMap, body: &Bytes) -> Asked {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Asked::Leave;
    }
    let mut asked = Asked::Leave;
    for (name, value) in url::form_urlencoded::parse(body) {
        match (&*name, &*value) {
            (name, _) if name.eq_ignore_ascii_case(LEAVE.0) => return Asked::Leave,
            LEAVE_ALL => asked = Asked::LeaveAll,
            RETURN if asked == Asked::Leave => asked = Asked::Return,
            _ => {}
        }
    }
    asked
}

/// The page for a reader as they stand now.
fn page(present: &Present, digest: &str, granted: &Granted, is_return: bool) -> Response {
    let words = present.words(granted.language.as_deref());
    let title = present.title(digest);
    let names: [(&str, &str); 3] =
        [("title", &title), ("publication", &present.config.publication.name), ("contact", &present.contact())];
    let word = |key: &str| words.word(key).to_owned();
    let with = |key: &str| words.with(key, &names);
    let action = |ask: String, (name, value), label: &str| Action { ask, name, value, label: word(label) };
    let leave_all = || action(with("all_ask"), LEAVE_ALL, "all");
    let come_back = || action(word("return_ask"), RETURN, "return");
    let note =
        |title: String, text: &str, actions| Note { title, paragraphs: vec![with(text)], actions, ..Note::default() };
    let note = match granted.reading {
        Reading::Reads if is_return => note(word("back_title"), "back", Vec::new()),
        Reading::Reads => {
            note(with("leave_title"), "leave_ask", vec![action(String::new(), LEAVE, "leave"), leave_all()])
        }
        Reading::Left => note(word("left_title"), "left", vec![come_back(), leave_all()]),
        Reading::LeftAll => note(word("left_title"), "all_left", vec![come_back()]),
        Reading::Closed => note(word("closed_title"), "closed", Vec::new()),
    };
    note.answer(present, &words, Some(digest), StatusCode::OK)
}

/// The page for a link of a preview or a test.
fn sample(present: &Present, subject: &Subject) -> Response {
    let words = present.words(None);
    let [title, text] = ["sample_title", "sample"].map(|key| words.word(key).to_owned());
    Note { title, paragraphs: vec![text], ..Note::default() }.answer(present, &words, Some(&subject.of), StatusCode::OK)
}

/// The one page for all tokens that nobody signed: forged, cut, swapped, doubled, of somebody who is not there.
fn nobody(public: &Public, present: &Present) -> Response {
    let (key, status) = match public.takes_strangers() {
        true => ("unknown", StatusCode::NOT_FOUND),
        false => ("busy", StatusCode::TOO_MANY_REQUESTS),
    };
    let words = present.words(None);
    short(present, &words, key, status)
}

/// Nobody knows what became of it.
fn failed(present: &Present) -> Response {
    short(present, &present.words(None), "failed", StatusCode::SERVICE_UNAVAILABLE)
}

/// A page of a title and a sentence; those to come again later are told when.
pub(super) fn short(present: &Present, words: &Words, key: &str, status: StatusCode) -> Response {
    let text = words.with(key, &[("contact", &present.contact())]);
    let title = words.word(&format!("{key}_title")).to_owned();
    let mut answer = Note { title, paragraphs: vec![text], ..Note::default() }.answer(present, words, None, status);
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(kind: &str, body: &[u8]) -> Asked {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        asked(&headers, &Bytes::copy_from_slice(body))
    }

    #[test]
    fn only_our_own_forms_ask_for_something_else() {
        const FORM: &str = "application/x-www-form-urlencoded";
        assert_eq!(of(FORM, b"List-Unsubscribe=One-Click"), Asked::Leave);
        assert_eq!(of(FORM, b""), Asked::Leave);
        assert_eq!(of(FORM, b"return=no"), Asked::Leave);
        assert_eq!(of("Application/X-WWW-Form-Urlencoded; charset=utf-8", b"return=yes"), Asked::Return);
        assert_eq!(of(FORM, b"leave=all"), Asked::LeaveAll);
        assert_eq!(of(FORM, b"return=yes&List-Unsubscribe=One-Click"), Asked::Leave);
        assert_eq!(of(FORM, b"return=yes&leave=all"), Asked::LeaveAll);
        assert_eq!(of("text/plain", b"return=yes"), Asked::Leave);
    }

    proptest! {
        #[test]
        fn any_body_asks_to_leave(body: Vec<u8>) {
            prop_assert_eq!(of("multipart/form-data; boundary=x", &body), Asked::Leave);
            let _ = of("application/x-www-form-urlencoded", &body);
        }
    }
}
