//! What handlers take out of a request, and why a request comes to no page of its own.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use tokio::time::timeout;

use crate::{diagnostic::error_report, store};

/// Nothing that anybody has to say here is longer, octets.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// Providers write down to so much what happened; SendGrid alone sends more than SNS's 256 KB, octets.
pub(super) const MAX_EVENTS: usize = 2 << 20;

/// So much of a body that is refused is still read, and for so long: who writes does not read yet, and would never
/// see the answer.
const MAX_DRAINED: usize = 16 << 20;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The one part of a path that differs: a token, a name. One that is not there, or is no text, is empty.
pub(super) struct PathPart(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathPart {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.map(|Path(part)| part).unwrap_or_default()))
    }
}

/// The whole body of a request, neither too long nor too slow.
pub(super) struct SmallBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for SmallBody {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        read_body(request, MAX_BODY).await.map(Self)
    }
}

/// Reads a body that is no longer than this and not too slow.
pub(super) async fn read_body(request: Request, max: usize) -> Result<Bytes, Response> {
    match timeout(BODY_TIMEOUT, to_bytes(request.into_body(), max)).await {
        Ok(Ok(octets)) => Ok(octets),
        Ok(Err(_)) => Err(closing_response(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => Err(closing_response(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// Reads a body that is refused, and keeps nothing of it.
pub(super) async fn drain(request: Request) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    let (mut read, mut octets) = (0, request.into_body().into_data_stream());
    let all = async {
        while let Some(Ok(piece)) = octets.next().await {
            read += piece.len();
            if read > MAX_DRAINED {
                break;
            }
        }
    };
    let _ = timeout(DRAIN_TIMEOUT, all).await;
}

/// Gives a short answer, and ends the connection.
pub(super) fn closing_response(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, [(header::CONNECTION, "close")], format!("{reason}\n")).into_response()
}

/// What is wrong with a request, or with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageError {
    /// There is no such page.
    NotFound,
    /// Nobody signed the token: it is forged, cut, swapped, doubled, or of somebody who is not there.
    UnknownToken,
    /// Too many ask at this moment; to come again.
    Busy,
    /// The store does not do what it should; nobody knows what became of the request.
    Unavailable,
}

impl From<store::Error> for PageError {
    fn from(error: store::Error) -> Self {
        tracing::error!("{}", error_report(&error));
        Self::Unavailable
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
