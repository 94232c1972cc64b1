//! Everything that can be known to be wrong before an edition goes out.
//!
//! The project and an edition to come in, rows out. [`lint`] judges the message; here stands what else
//! decides whether it arrives: the config, the sources, the templates, the selection, and, where asked, DNS and the relay.

mod gate;
mod online;

use chrono::{DateTime, Utc};

use crate::{
    chain::chain,
    config::Config,
    deliver::Destination,
    digest::{self, Digest, Next},
    ledger::Ledger,
    lint::{self, Level, Row},
    message::{self, Occasion},
    render,
    source::Problem,
    subscriber::Subscriber,
    teaser::Maker,
};

pub use gate::{can_be_left, refusal};
pub use online::rows as online;

pub(crate) fn row(rule: &'static str, level: Level, message: impl Into<String>, hint: Option<&str>) -> Row {
    Row { rule, level, message: message.into(), place: None, hint: hint.map(str::to_owned) }
}

/// What holds for every digest: the config, the relay, the keys, the language model.
pub fn of_project(config: &Config, environment: &[(String, String)]) -> Vec<Row> {
    let mut rows = vec![row("config", Level::Ok, format!("`{}` is read", config.path.display()), None)];
    if let Err(error) = config.open_destination(environment) {
        rows.push(of_error("smtp", &error));
    }
    if config.public_url.is_none() {
        let hint = Some("set `web.public_url`: readers leave the digest there");
        rows.push(row("L1", Level::Error, "there is no `web.public_url` for the unsubscribe link", hint));
    }
    if config.public_url.as_ref().is_some_and(|url| url.scheme() != "https") {
        let hint = Some("mail clients follow one-click links over https only (RFC 8058)");
        rows.push(row("L1", Level::Warning, "`web.public_url` is not https", hint));
    }
    rows.extend(config.signers.iter().map(|signer| row("dkim", Level::Ok, signer.zone_line(), None)));
    rows.extend(unaligned(config));
    if let Some(llm) = &config.llm
        && config.digests.values().any(|digest| digest.teaser.from.contains(&Maker::Llm))
    {
        if let Err(reason) = llm.access().key {
            let hint = Some("until then its teasers come from the next maker");
            rows.push(row("llm", Level::Error, format!("no key for the language model: {reason}"), hint));
        }
        if llm.is_open() {
            let hint = Some("take an https:// address, or a model on this machine");
            rows.push(row("llm", Level::Warning, "the key of `llm.base_url` goes over the network in clear", hint));
        }
    }
    rows
}

/// P1: receivers count a signature for From's domain only if it is by that domain, or by one above or below it.
fn unaligned(config: &Config) -> Option<Row> {
    let (_, from) = message::mailbox(&config.publication.from).ok()?;
    let is_below = |name: &str, above: &str| name.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'));
    let is_aligned =
        |domain: &str| domain == from.domain() || is_below(domain, from.domain()) || is_below(from.domain(), domain);
    if config.signers.is_empty() || config.signers.iter().any(|signer| is_aligned(signer.domain())) {
        return None;
    }
    let message = format!("no `[[dkim]]` signs for From's domain, `{}`", from.domain());
    Some(row("P1", Level::Warning, message, Some("add one with this `domain`, or send from the domain that signs")))
}

/// Sources, selection, templates and the message of one digest's next edition. A template that fails is a row.
///
/// # Errors
/// When the store fails.
pub async fn of_digest(
    config: &Config,
    chosen: &Digest,
    ledger: &Ledger,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, digest::Error> {
    let sources = config.sources_of(chosen);
    let plan = config.plan_without_asking(chosen, &sources);
    match digest::next(ledger, &plan, now).await {
        Ok(next) => of_next(config, chosen, ledger, &next).await,
        Err(digest::Error::Render(error)) => Ok(vec![of_error("template", &error)]),
        Err(error) => Err(error),
    }
}

/// The same for an edition to come that is known already.
///
/// # Errors
/// When the store fails.
pub async fn of_next(
    config: &Config,
    chosen: &Digest,
    ledger: &Ledger,
    next: &Next,
) -> Result<Vec<Row>, digest::Error> {
    let mut rows = Vec::new();
    let name = &chosen.name;
    let (edition, variants) = match next {
        Next::Nothing(draft, reason) => {
            rows.extend(draft.problems.iter().map(of_source));
            let message = format!("`{name}`: no edition to check: {reason}");
            rows.push(row("selection", Level::Ok, message, None));
            let parsed = render::check_templates(config.templates.as_deref(), &chosen.template);
            rows.extend(parsed.err().as_ref().map(|error| of_error("template", error)));
            return Ok(rows);
        }
        Next::Unfinished(frozen) => (&frozen.edition, &frozen.variants),
        Next::Fresh(draft, variants) => {
            rows.extend(draft.problems.iter().map(of_source));
            (&draft.edition, &**variants)
        }
    };
    let posts = match edition.posts.len() {
        1 => "1 post".to_owned(),
        number => format!("{number} posts"),
    };
    rows.push(row("selection", Level::Ok, format!("`{name}`: edition {} has {posts}", edition.number), None));
    for item in edition.posts.iter().filter(|item| item.teaser.text.is_empty()) {
        let message = format!("“{}” has no teaser", item.post.title);
        rows.push(row("teaser", Level::Warning, message, Some("give it a `description`, or a teaser in the config")));
    }
    rows.extend(variants.main().problems.iter().map(|problem| row("layout", Level::Error, problem.clone(), None)));
    let recipients = ledger.audience(name, &chosen.audience).await?;
    if recipients == 0 {
        let hint = Some("`tidings subscribers list` shows who there is");
        rows.push(row("audience", Level::Warning, format!("`{name}` goes to nobody"), hint));
    }
    let sender = config.sender(ledger.keys().await?);
    let (reader, own_words) = (Subscriber::sample(), lint::own_words(edition));
    for parts in variants.all() {
        let message = match message::make(edition, parts, &reader, &sender, Occasion::Sample(0)) {
            Ok(message) => message,
            Err(error) => {
                rows.push(of_error("message", &error));
                continue;
            }
        };
        for row in lint::lint(&message.octets, &own_words) {
            // The project, or another variant, may have said it already: one fault, one row.
            let said = config.public_url.is_none() && row.rule == "L1";
            if !said && !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    if matches!(config.destination, Destination::File(_)) {
        rows.push(row("smtp", Level::Ok, "messages go to files, not to readers", None));
    }
    Ok(rows)
}

/// An error as a row; its hint has a column of its own.
pub(crate) fn of_error(rule: &'static str, error: &dyn std::error::Error) -> Row {
    let said = chain(error);
    let (what, hint) = said.split_once("\nhint: ").map_or((said.as_str(), None), |(what, hint)| (what, Some(hint)));
    row(rule, Level::Error, what, hint)
}

fn of_source(problem: &Problem) -> Row {
    let hint = Some("the other posts go out all the same".to_owned());
    Row {
        rule: "source",
        level: Level::Warning,
        message: problem.message.clone(),
        place: Some(
            problem.place.as_ref().map_or_else(|| problem.source.clone(), |p| format!("{}: {p}", problem.source)),
        ),
        hint,
    }
}
