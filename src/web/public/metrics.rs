//! `/metrics`: counts for Prometheus, told apart by digest and state and nothing else.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{
    page_context::{PageContext, lock},
    state::PublicState,
};
use crate::{
    daemon::open_incidents,
    diagnostic::error_report,
    store::{self, EditionState},
};

/// Whoever asks again within this hears the same counts of the store.
const MAX_AGE: Duration = Duration::from_secs(5);

/// Gives all counts.
pub(super) async fn metrics(State(state): State<Arc<PublicState>>) -> Response {
    let text = match state.metrics.get(MAX_AGE, count(&state, &state.page_context())).await {
        Ok(text) => text,
        Err(error) => {
            tracing::error!("{}", error_report(&error));
            return (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n").into_response();
        }
    };
    let mut metrics = Metrics(text);
    metrics.family("tidings_http_requests_total", "counter", "Requests by page and kind of answer.");
    for (page, kind, count) in state.counts.all() {
        metrics.sample("tidings_http_requests_total", &[("page", page), ("code", kind)], count as f64);
    }
    metrics.family("tidings_webhook_events_total", "counter", "Events that were posted, by webhook and outcome.");
    for ((webhook, outcome), count) in &*lock(&state.webhooks.counts) {
        let labels = [("webhook", webhook.as_str()), ("outcome", *outcome)];
        metrics.sample("tidings_webhook_events_total", &labels, *count as f64);
    }
    let kind =
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (kind, metrics.0).into_response()
}

async fn count(state: &PublicState, context: &PageContext) -> Result<String, store::Error> {
    let (store, config, now) = (&state.store, &context.config, state.now());
    let mut metrics = Metrics(String::new());
    metrics.family("tidings_build_info", "gauge", "The version that runs.");
    metrics.sample("tidings_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    metrics.family("tidings_subscribers", "gauge", "Subscribers on the list by status.");
    for (status, count) in store.subscriber_counts().await? {
        metrics.sample("tidings_subscribers", &[("status", &status)], count as f64);
    }
    let newest = store.newest_of_each_digest().await?;
    metrics.family("tidings_last_edition_timestamp_seconds", "gauge", "When the newest edition was frozen.");
    for edition in &newest {
        let labels = [("digest", edition.digest.as_str())];
        metrics.sample("tidings_last_edition_timestamp_seconds", &labels, edition.frozen.timestamp() as f64);
    }
    metrics.family("tidings_next_run_timestamp_seconds", "gauge", "When the digest is due next.");
    for digest in config.digests.values() {
        if let Some(next) = digest.schedule.next(now, config.publication.timezone) {
            let labels = [("digest", digest.name.as_str())];
            metrics.sample("tidings_next_run_timestamp_seconds", &labels, next.timestamp() as f64);
        }
    }
    metrics.family("tidings_deliveries", "gauge", "Deliveries of the newest edition by state.");
    let mut queue = Vec::new();
    for edition in &newest {
        let counts = store.delivery_counts(edition.row).await?;
        for (name, count) in [
            ("pending", counts.pending),
            ("sent", counts.sent),
            ("deferred", counts.deferred),
            ("bounced", counts.bounced),
            ("skipped", counts.skipped),
            ("in_doubt", counts.in_doubt),
        ] {
            let labels = [("digest", edition.digest.as_str()), ("state", name)];
            metrics.sample("tidings_deliveries", &labels, count as f64);
        }
        let waits = if edition.state == EditionState::Sending { counts.pending + counts.deferred } else { 0 };
        queue.push((&edition.digest, waits));
    }
    metrics.family("tidings_queue", "gauge", "Deliveries of the newest edition that wait while it is on its way.");
    for (digest, waits) in queue {
        metrics.sample("tidings_queue", &[("digest", digest)], waits as f64);
    }
    metrics.family("tidings_held_editions", "gauge", "Editions that wait for a person's word.");
    let open = store.open_editions().await?;
    for name in config.digests.keys() {
        let held = open.iter().filter(|edition| edition.digest == *name && edition.state == EditionState::Held).count();
        metrics.sample("tidings_held_editions", &[("digest", name)], held as f64);
    }
    metrics.family("tidings_source_failures", "gauge", "Readings of a source in a row that failed.");
    for source in store.source_statuses().await? {
        metrics.sample("tidings_source_failures", &[("source", &source.name)], source.failures as f64);
    }
    let incidents = open_incidents(config, store, now).await?;
    let due = incidents.iter().filter(|incident| incident.is_overdue).count();
    metrics.family("tidings_troubles", "gauge", "What is wrong at present; due: what was to happen and did not.");
    metrics.sample("tidings_troubles", &[("kind", "due")], due as f64);
    metrics.sample("tidings_troubles", &[("kind", "other")], (incidents.len() - due) as f64);
    Ok(metrics.0)
}

/// Text in the exposition format 0.0.4.
struct Metrics(String);

impl Metrics {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels = labels.iter().map(|(name, value)| {
            format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
        });
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.collect::<Vec<_>>().join(","));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut metrics = Metrics(String::new());
        metrics.sample("a", &[("digest", "x\"y\\z\n")], 3.0);
        assert_eq!(metrics.0, "a{digest=\"x\\\"y\\\\z\\n\"} 3\n");
    }
}
