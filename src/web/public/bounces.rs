//! `/bounces/NAME`: what a mail provider posts of bounces, complaints and readers who left, applied before it is answered.
//!
//! What is foreign, twice, late or not understood is harmless: it is refused with a status that says why, or taken
//! without a change. 503 is only for what the provider is to bring again.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::TimeDelta;
use serde_json::Value;

use url::Url;

use super::{
    extract::{MAX_BODY, MAX_EVENTS, PageError, PathPart, drain, read_body},
    page_context::lock,
    state::{AskSns, PublicState},
};
use crate::{
    bounce::{self, Ignored, Opened, Posted, Provider, Report, SnsSaid, WebhookError},
    source::fetch::{EndpointClient, EndpointReply},
    store::ReportEffect,
};

/// How long Amazon SNS may take.
const SNS_TIMEOUT: Duration = Duration::from_secs(5);
/// Nothing that it says is larger, octets.
const MAX_SNS_ANSWER: usize = 64 * 1024;
/// So many certificates are kept: it changes them once a year.
const MAX_CERTIFICATES: usize = 8;
/// Tokens are remembered for so much longer than they are good: clocks differ.
const KEEP_LONGER: TimeDelta = TimeDelta::hours(1);
/// A refusal is told once within this; `/metrics` counts them all.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Asks Amazon SNS itself.
pub fn ask_sns_over_https() -> AskSns {
    // Made when something is asked: it reads every root certificate of the system.
    let client: Arc<OnceLock<EndpointClient>> = Arc::default();
    Arc::new(move |url| {
        let client = Arc::clone(&client);
        Box::pin(async move { client.get_or_init(|| EndpointClient::new(SNS_TIMEOUT, MAX_SNS_ANSWER)).get(&url).await })
    })
}

/// The whole body of what a mail provider posts.
pub(super) struct EventsBody(Bytes);

impl FromRequest<Arc<PublicState>> for EventsBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<PublicState>) -> Result<Self, Response> {
        let length =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let is_small = length.is_some_and(|length: usize| length <= MAX_BODY);
        // Whoever writes much before anybody knows who it is shares with others the room that there is for it.
        let room = (!is_small).then(|| state.webhooks.large.try_acquire());
        if matches!(room, Some(Err(_))) {
            drain(request).await;
            return Err(PageError::Busy.into_response());
        }
        read_body(request, MAX_EVENTS).await.map(Self)
    }
}

/// Takes what was posted; what it says is durable when it is answered.
pub(super) async fn receive(
    State(state): State<Arc<PublicState>>,
    PathPart(name): PathPart,
    headers: HeaderMap,
    EventsBody(body): EventsBody,
) -> Result<Response, PageError> {
    let context = state.page_context();
    let config = context.config.webhooks.get(&name).ok_or(PageError::NotFound)?;
    let webhook = config.open().map_err(|wrong| {
        tell(&state, &format!("`/bounces/{name}` cannot take anything: {}", wrong.in_one_line()));
        PageError::Unavailable
    })?;
    let field = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let taken = match webhook.open(Posted { field: &field, body: &body }, state.now()) {
        Ok(opened) => take(&state, &name, config.provider, opened).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(match taken {
        Ok(count) => (StatusCode::OK, format!("{count} taken\n")).into_response(),
        Err(refusal) => refuse(&state, &name, refusal),
    })
}

/// Takes what was opened: says how many events there were, or why it is not the provider's.
async fn take(
    state: &PublicState,
    name: &str,
    provider: Provider,
    opened: Opened,
) -> Result<Result<usize, WebhookError>, PageError> {
    let message = match opened {
        Opened::Events { events, once: None } => return apply_all(state, name, provider, &events).await.map(Ok),
        Opened::Events { events, once: Some(token) } => {
            return apply_once(state, name, provider, &events, &token).await;
        }
        Opened::Sns(message) => message,
    };
    let url = message.certificate.clone();
    let Some(certificate) = certificate(state, &url).await? else {
        return Ok(Err(WebhookError::Forged("its certificate is not there")));
    };
    let verified = message.verify(&certificate);
    if verified.is_ok() {
        remember(state, url, certificate);
    }
    match verified {
        Err(refusal) => Ok(Err(refusal)),
        Ok(SnsSaid::Events(events)) => apply_all(state, name, provider, &events).await.map(Ok),
        Ok(SnsSaid::Ended) => {
            tell(state, &format!("`/bounces/{name}`: the topic sends nothing here any more"));
            Ok(Ok(0))
        }
        Ok(SnsSaid::Confirm(url)) => match state.ask_sns(url).await {
            EndpointReply::Answer(_) => {
                tracing::info!(webhook = name, "subscribed to the topic");
                Ok(Ok(0))
            }
            other => {
                tell(state, &format!("`/bounces/{name}`: the subscription cannot be confirmed: {}", words(&other)));
                Err(PageError::Unavailable)
            }
        },
    }
}

/// Applies events whose signature does not cover them: it is good for them alone, so that who saw it cannot use it for
/// others.
async fn apply_once(
    state: &PublicState,
    name: &str,
    provider: Provider,
    events: &[Value],
    token: &str,
) -> Result<Result<usize, WebhookError>, PageError> {
    let (token, now) = (format!("{name} {token}"), state.now());
    let content: String = events.iter().map(Value::to_string).collect();
    let oldest = now - provider.max_age() - KEEP_LONGER;
    // Who dies before the events are applied is asked again, with the same token for the same events.
    if !state.store.take_token(&token, content.as_bytes(), oldest, now).await? {
        return Ok(Err(WebhookError::Forged("its signature was used before, for another event")));
    }
    apply_all(state, name, provider, events).await.map(Ok)
}

/// Applies each event in a transaction of its own; one that was applied before changes nothing more.
async fn apply_all(state: &PublicState, name: &str, provider: Provider, events: &[Value]) -> Result<usize, PageError> {
    let keys = state.store.signing_keys().await?;
    for event in events {
        let (said, content) = bounce::read_event(provider, event, &keys);
        let outcome = match said {
            Err(Ignored::NotOurs) => "not_ours",
            Err(Ignored::NoReport) => "unknown",
            Err(_) => "ignored",
            Ok(report) => apply(state, name, &report, &content).await?,
        };
        count(state, name, outcome);
    }
    Ok(events.len())
}

async fn apply(state: &PublicState, name: &str, report: &Report, content: &[u8]) -> Result<&'static str, PageError> {
    let Some(applied) = state.store.apply_report(report, content, state.now()).await? else { return Ok("not_ours") };
    let (outcome, digest, reader) = (label(applied.effect), &applied.digest, applied.address.masked());
    tracing::info!(webhook = name, digest, reader, outcome, "an event was applied");
    Ok(outcome)
}

fn label(effect: ReportEffect) -> &'static str {
    match effect {
        ReportEffect::Nothing => "nothing",
        ReportEffect::Noted => "noted",
        ReportEffect::Bounced => "bounced",
        ReportEffect::Unsubscribed => "unsubscribed",
        ReportEffect::Suppressed => "suppressed",
    }
}

/// The certificate that is there; `None` where there is none.
///
/// Whoever posts names it before anybody knows who that is: so it is looked for only where SNS has its own, not often,
/// and kept only when it has verified something.
async fn certificate(state: &PublicState, url: &Url) -> Result<Option<Arc<[u8]>>, PageError> {
    if let Some(certificate) = lock(&state.webhooks.certificates).get(url) {
        return Ok(Some(Arc::clone(certificate)));
    }
    if !state.admits_fetch() {
        return Err(PageError::Busy);
    }
    match state.ask_sns(url.clone()).await {
        EndpointReply::Answer(octets) => Ok(Some(octets.into())),
        EndpointReply::Status(300..=499) | EndpointReply::TooLarge => Ok(None),
        other => {
            tell(state, &format!("a certificate of Amazon SNS cannot be fetched: {}", words(&other)));
            Err(PageError::Busy)
        }
    }
}

fn remember(state: &PublicState, url: Url, certificate: Arc<[u8]>) {
    let mut known = lock(&state.webhooks.certificates);
    if known.len() >= MAX_CERTIFICATES {
        known.clear();
    }
    known.insert(url, certificate);
}

fn words(reply: &EndpointReply) -> String {
    match reply {
        EndpointReply::Answer(_) => "it came".to_owned(),
        EndpointReply::Status(status) => format!("the server answered {status}"),
        EndpointReply::TooLarge => "the answer is too large".to_owned(),
        EndpointReply::Failed(why) => why.clone(),
    }
}

fn refuse(state: &PublicState, name: &str, refusal: WebhookError) -> Response {
    count(state, name, "refused");
    let status = match refusal {
        WebhookError::Malformed(_) => StatusCode::BAD_REQUEST,
        WebhookError::Unsigned(_) => StatusCode::UNAUTHORIZED,
        WebhookError::Forged(_) => StatusCode::FORBIDDEN,
    };
    tell(state, &format!("`/bounces/{name}` refused what was posted: {refusal}"));
    let mut response = (status, format!("{refusal}\n")).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"bounces\""));
    }
    response
}

/// Tells the operator, and not more often than they can read.
fn tell(state: &PublicState, what: &str) {
    let mut told = lock(&state.webhooks.told);
    if told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
        *told = Some(Instant::now());
        tracing::warn!("{what}");
    }
}

fn count(state: &PublicState, name: &str, outcome: &'static str) {
    *lock(&state.webhooks.counts).entry((name.to_owned(), outcome)).or_default() += 1;
}
