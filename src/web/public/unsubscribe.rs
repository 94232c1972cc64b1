//! `/u/TOKEN`: a look changes nothing, a POST takes the reader off the digest (RFC 8058), and the page that answers
//! offers the rest.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use crate::{
    store::{Applied, SubscriptionChange, SubscriptionStatus},
    token::{Purpose, Subject},
};

use super::{
    extract::{PageError, PathPart, SmallBody},
    message_page::{Action, MessagePage},
    page_context::PageContext,
    state::PublicState,
};

/// What our own forms say; whatever else is posted asks to leave.
const LEAVE: (&str, &str) = ("List-Unsubscribe", "One-Click");
const LEAVE_ALL: (&str, &str) = ("leave", "all");
const RETURN: (&str, &str) = ("return", "yes");

/// The links of mail to readers, and of previews and tests.
const PURPOSES: [Purpose; 2] = [Purpose::Unsubscribe, Purpose::Sample];

/// Shows what a POST would do.
pub(super) async fn show(
    State(state): State<Arc<PublicState>>,
    PathPart(token): PathPart,
) -> Result<Response, PageError> {
    let context = state.page_context();
    let (purpose, subject) = state.verify(PURPOSES, &token).await?;
    if purpose == Purpose::Sample {
        return Ok(sample_page(&context, &subject));
    }
    let reading = state.store.subscription(subject.subscriber, &subject.of).await?.ok_or(PageError::UnknownToken)?;
    Ok(status_page(&context, &subject.of, &reading, false))
}

/// Does what is asked; the same again changes nothing.
pub(super) async fn change(
    State(state): State<Arc<PublicState>>,
    PathPart(token): PathPart,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, PageError> {
    let context = state.page_context();
    let (purpose, subject) = state.verify(PURPOSES, &token).await?;
    if purpose == Purpose::Sample {
        return Ok(sample_page(&context, &subject));
    }
    let change = read_change(&context, &subject, &headers, &body);
    let is_return = matches!(change, SubscriptionChange::Return { .. });
    let applied = state.write_queue.write(change).await?.ok_or(PageError::UnknownToken)?;
    Ok(status_page(&context, &subject.of, &applied, is_return))
}

/// Reads what is asked for: only our own forms ask for something else than to leave.
fn read_change(context: &PageContext, subject: &Subject, headers: &HeaderMap, body: &Bytes) -> SubscriptionChange {
    let subscriber = subject.subscriber;
    let digest = subject.of.clone();
    let others = || context.config.digests.keys().filter(|name| **name != digest).cloned().collect();
    match read_form(headers, body) {
        FormAction::Leave => SubscriptionChange::Leave { subscriber, digest },
        FormAction::LeaveAll => SubscriptionChange::LeaveAll { subscriber },
        FormAction::Return => SubscriptionChange::Return { subscriber, others: others(), digest },
    }
}

#[derive(Debug, PartialEq, Eq)]
enum FormAction {
    Leave,
    LeaveAll,
    Return,
}

fn read_form(headers: &HeaderMap, body: &Bytes) -> FormAction {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return FormAction::Leave;
    }
    let mut action = FormAction::Leave;
    for (name, value) in url::form_urlencoded::parse(body) {
        match (&*name, &*value) {
            (name, _) if name.eq_ignore_ascii_case(LEAVE.0) => return FormAction::Leave,
            LEAVE_ALL => action = FormAction::LeaveAll,
            RETURN if action == FormAction::Leave => action = FormAction::Return,
            _ => {}
        }
    }
    action
}

/// Makes the page for a reader as they stand now.
fn status_page(context: &PageContext, digest: &str, applied: &Applied, is_return: bool) -> Response {
    let words = context.words(applied.language.as_deref());
    let title = context.config.digest_title(digest);
    let names: [(&str, &str); 3] =
        [("title", &title), ("publication", &context.config.publication.name), ("contact", &context.contact())];
    let word = |key: &str| words.word(key).to_owned();
    let with = |key: &str| words.with(key, &names);
    let action = |ask: String, (name, value), label: &str| Action { ask, name, value, label: word(label) };
    let leave_all = || action(with("all_ask"), LEAVE_ALL, "all");
    let come_back = || action(word("return_ask"), RETURN, "return");
    let message = |title: String, text: &str, actions| MessagePage {
        title,
        paragraphs: vec![with(text)],
        actions,
        ..MessagePage::default()
    };
    let page = match applied.status {
        SubscriptionStatus::Subscribed if is_return => message(word("back_title"), "back", Vec::new()),
        SubscriptionStatus::Subscribed => {
            message(with("leave_title"), "leave_ask", vec![action(String::new(), LEAVE, "leave"), leave_all()])
        }
        SubscriptionStatus::Left => message(word("left_title"), "left", vec![come_back(), leave_all()]),
        SubscriptionStatus::LeftAll => message(word("left_title"), "all_left", vec![come_back()]),
        SubscriptionStatus::Closed => message(word("closed_title"), "closed", Vec::new()),
    };
    page.respond(context, &words, Some(digest), StatusCode::OK)
}

/// Makes the page for a link of a preview or a test.
fn sample_page(context: &PageContext, subject: &Subject) -> Response {
    let words = context.words(None);
    let [title, text] = ["sample_title", "sample"].map(|key| words.word(key).to_owned());
    let page = MessagePage { title, paragraphs: vec![text], ..MessagePage::default() };
    page.respond(context, &words, Some(&subject.of), StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(kind: &str, body: &[u8]) -> FormAction {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        read_form(&headers, &Bytes::copy_from_slice(body))
    }

    #[test]
    fn only_our_own_forms_ask_for_something_else() {
        const FORM: &str = "application/x-www-form-urlencoded";
        assert_eq!(of(FORM, b"List-Unsubscribe=One-Click"), FormAction::Leave);
        assert_eq!(of(FORM, b""), FormAction::Leave);
        assert_eq!(of(FORM, b"return=no"), FormAction::Leave);
        assert_eq!(of("Application/X-WWW-Form-Urlencoded; charset=utf-8", b"return=yes"), FormAction::Return);
        assert_eq!(of(FORM, b"leave=all"), FormAction::LeaveAll);
        assert_eq!(of(FORM, b"return=yes&List-Unsubscribe=One-Click"), FormAction::Leave);
        assert_eq!(of(FORM, b"return=yes&leave=all"), FormAction::LeaveAll);
        assert_eq!(of("text/plain", b"return=yes"), FormAction::Leave);
    }

    proptest! {
        #[test]
        fn any_body_asks_to_leave(body: Vec<u8>) {
            prop_assert_eq!(of("multipart/form-data; boundary=x", &body), FormAction::Leave);
            let _ = of("application/x-www-form-urlencoded", &body);
        }
    }
}
