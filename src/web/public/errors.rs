//! Why a request comes to no page of its own. The middleware makes a page of it.

use axum::response::{IntoResponse, Response};

use crate::{diagnostic::error_report, store};

/// What is wrong with a request, or with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageError {
    /// There is no such page.
    NotFound,
    /// Nobody signed the token: it is forged, cut, swapped, doubled, or of somebody who is not there.
    UnknownToken,
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
