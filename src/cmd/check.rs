//! `check`: everything that can be known to be wrong before an edition goes out.

mod online;

use serde_json::json;

use super::{Exit, Setting, count, print, print_json, sample_reader, subscribers, table};
use crate::{
    config::Config,
    deliver::Destination,
    digest::{self, Digest, Next},
    ledger::Ledger,
    lint::{self, Level, Row},
    message::{self, Occasion},
    render,
    source::Problem,
    teaser::Maker,
};

/// Checks the config, the sources, the templates, the selection, and the next edition's message.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask DNS for the DKIM keys and log in at the relay, too.
    #[arg(long)]
    online: bool,
    /// Warnings are errors.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let ledger = setting.open(&config).await?;
    let mut rows = of_project(&config, setting);
    for bad in subscribers::sync(setting, &config, &ledger).await? {
        rows.push(row("subscribers", Level::Warning, bad, None));
    }
    let digests: Vec<&Digest> = match &setting.digest {
        Some(_) => vec![setting.choose(&config)?],
        None => config.digests.values().collect(),
    };
    for chosen in digests {
        rows.extend(of_digest(&config, chosen, &ledger, setting).await?);
    }
    if args.online {
        rows.extend(online::rows(&config, setting).await);
    }
    let worst = rows.iter().map(|row| row.level).max().unwrap_or(Level::Ok);
    if setting.json {
        print_json(&json!({ "rows": rows }))?;
    } else {
        let records = config.signers.iter().map(|signer| format!("to publish: {}\n", signer.zone_line()));
        print(&format!("{}{}\n", records.collect::<String>(), shown(&rows)))?;
    }
    let allowed = if args.strict { Level::Ok } else { Level::Warning };
    Ok(if worst > allowed { Exit::Faulty } else { Exit::Done })
}

fn row(rule: &'static str, level: Level, message: impl Into<String>, hint: Option<&str>) -> Row {
    Row { rule, level, message: message.into(), place: None, hint: hint.map(str::to_owned) }
}

/// What holds for every digest.
fn of_project(config: &Config, setting: &Setting) -> Vec<Row> {
    let mut rows = vec![row("config", Level::Ok, format!("`{}` is read", config.path.display()), None)];
    if let Err(error) = config.open_destination(&setting.environment) {
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

/// Sources, selection, templates and the message of one digest.
async fn of_digest(config: &Config, chosen: &Digest, ledger: &Ledger, setting: &Setting) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let sources = config.sources_of(chosen);
    let plan = config.plan_without_asking(chosen, &sources);
    let next = match digest::next(ledger, &plan, setting.now()).await {
        Ok(next) => next,
        Err(digest::Error::Render(error)) => {
            rows.push(of_error("template", &error));
            return Ok(rows);
        }
        Err(error) => return Err(error.into()),
    };
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
        Next::Unfinished(frozen) => (frozen.edition, frozen.variants),
        Next::Fresh(draft, variants) => {
            rows.extend(draft.problems.iter().map(of_source));
            (draft.edition, *variants)
        }
    };
    let posts = count(edition.posts.len() as i64, "post");
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
    let (reader, own_words) = (sample_reader()?, lint::own_words(&edition));
    for parts in variants.all() {
        let message = message::make(&edition, parts, &reader, &sender, Occasion::Sample(0))?;
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
fn of_error(rule: &'static str, error: &dyn std::error::Error) -> Row {
    let said = super::chain(error);
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

/// Faults first, each with its place and hint; what holds in one line.
fn shown(rows: &[Row]) -> String {
    let mut faults: Vec<&Row> = rows.iter().filter(|row| row.level != Level::Ok).collect();
    faults.sort_by_key(|row| std::cmp::Reverse(row.level));
    let mut shown = table(&["", "rule", "what", "where", "how to mend it"]);
    for row in &faults {
        let level = if row.level == Level::Error { "error" } else { "warning" };
        let (place, hint) = (row.place.as_deref().unwrap_or(""), row.hint.as_deref().unwrap_or(""));
        shown.add_row([level, row.rule, &row.message, place, hint]);
    }
    let held = rows.len() - faults.len();
    let of = |level| faults.iter().filter(|row| row.level == level).count() as i64;
    let (warnings, errors) = (count(of(Level::Warning), "warning"), count(of(Level::Error), "error"));
    let sum = format!("{held} checks hold, {warnings}, {errors}");
    if faults.is_empty() { sum } else { format!("{shown}\n{sum}") }
}
