//! `/healthz`: 200 while all that was due happened and the store answers, else 503 and why.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use super::state::PublicState;
use crate::{daemon::open_incidents, diagnostic::error_report};

/// Whoever asks again within this hears the same.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The store has so long to answer.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// Says how things stand.
pub(super) async fn health(State(state): State<Arc<PublicState>>) -> Response {
    let find = async { Ok::<_, Infallible>(find_failures(&state).await) };
    let Ok(failures) = state.health.get(MAX_AGE, find).await;
    let (status, body) = match failures.is_empty() {
        true => (StatusCode::OK, "ok".to_owned()),
        false => (StatusCode::SERVICE_UNAVAILABLE, failures.join("\n")),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], format!("{body}\n")).into_response()
}

async fn find_failures(state: &PublicState) -> Vec<String> {
    let config = &state.page_context().config;
    let store = &state.store;
    let (what, error) = match timeout(STORE_TIMEOUT, store.try_write()).await {
        Ok(Ok(())) => match timeout(STORE_TIMEOUT, open_incidents(config, store, state.now())).await {
            Ok(Ok(incidents)) => {
                let overdue = incidents.iter().filter(|incident| incident.is_overdue);
                return overdue.map(|incident| without_addresses(&incident.diagnostic.to_string())).collect();
            }
            Ok(Err(error)) => ("read", error),
            Err(_) => return vec!["the store does not answer".to_owned()],
        },
        Ok(Err(error)) => ("written", error),
        Err(_) => return vec!["the store does not answer".to_owned()],
    };
    tracing::error!("{}", error_report(&error));
    vec![format!("the store cannot be {what}")]
}

/// Gives the first line without addresses of people or pages: everybody may read it.
fn without_addresses(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let words = line.split(' ').map(|word| if word.contains('@') || word.contains("://") { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_shown_to_everybody() {
        let text = "550 <ada@readers.example> unknown at https://u:p@feeds.example/x?key=1, again\nhint: x";
        assert_eq!(without_addresses(text), "550 … unknown at … again");
    }
}
