//! `/healthz`: 200 while all that was due happened and the store answers, else 503 and why.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use super::state::Public;
use crate::daemon::open_incidents;

/// Whoever asks again within this hears the same.
const KEPT: Duration = Duration::from_secs(1);

/// The store has so long to answer.
const SLOW: Duration = Duration::from_secs(5);

/// What was said last.
pub(super) struct Health {
    at: Instant,
    wrong: Vec<String>,
}

/// Says how things stand.
pub(super) async fn health(State(public): State<Arc<Public>>) -> Response {
    let mut kept = public.health.lock().await;
    if kept.as_ref().is_none_or(|kept| kept.at.elapsed() > KEPT) {
        let wrong = look(&public).await;
        *kept = Some(Health { at: Instant::now(), wrong });
    }
    let wrong = kept.as_ref().map(|kept| kept.wrong.join("\n")).unwrap_or_default();
    drop(kept);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = if wrong.is_empty() { "ok\n".to_owned() } else { format!("{wrong}\n") };
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}

async fn look(public: &Public) -> Vec<String> {
    let config = &public.present().config;
    let store = &public.site.store;
    match timeout(SLOW, store.try_write()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!("{}", crate::diagnostic::error_report(&error));
            return vec!["the store cannot be written".to_owned()];
        }
        Err(_) => return vec!["the store does not answer".to_owned()],
    }
    match timeout(SLOW, open_incidents(config, store, public.now())).await {
        Ok(Ok(incidents)) => {
            incidents.iter().filter(|incident| incident.is_overdue).map(|incident| discreet(&incident.text)).collect()
        }
        Ok(Err(error)) => {
            tracing::error!("{}", crate::diagnostic::error_report(&error));
            vec!["the store cannot be read".to_owned()]
        }
        Err(_) => vec!["the store does not answer".to_owned()],
    }
}

/// The first line without addresses of people or pages: everybody may read it.
fn discreet(text: &str) -> String {
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
        assert_eq!(discreet(text), "550 … unknown at … again");
    }
}
