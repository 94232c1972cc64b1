//! `subscribers`: who gets the mail.

use std::path::PathBuf;

use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::{print, table},
};
use crate::{
    config::Config,
    diagnostic::Diagnostic,
    mailing::{self, ImportReport, SubscriberFileError},
    store::{ListedSubscriber, Store},
    subscriber::{self, Address, Field, ReadOptions, Status, SubscriberRow},
};

/// So many editions of one subscriber are shown.
const MAX_DELIVERIES: i64 = 50;

/// Lists, adds, removes, imports and exports subscribers.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Everybody on the list.
    List,
    /// Adds one, or brings one up to date.
    Add {
        /// Where mail goes.
        address: Address,
        /// Their name.
        #[arg(long)]
        name: Option<String>,
        /// Their tags, separated by spaces.
        #[arg(long, default_value = "")]
        tags: String,
        /// Their language, a BCP 47 tag.
        #[arg(long)]
        language: Option<String>,
    },
    /// Unsubscribes one; the address is kept, so that no import brings it back.
    Remove {
        /// Whose.
        address: Address,
    },
    /// Everything that is known of one: where from, consent, editions, and what servers said.
    Show {
        /// Whose.
        address: Address,
    },
    /// Lets no more mail go to an address.
    Suppress {
        /// Which.
        address: Address,
        /// Why, for who asks later.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Lets mail go to a suppressed address again.
    Lift {
        /// Which.
        address: Address,
        /// Why, for who asks later.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Adds all rows of a CSV file, ours or another tool's; bad rows are reported by line. May be run again at any time.
    Import(Import),
    /// Writes everybody as CSV.
    Export,
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The file.
    file: PathBuf,
    /// The tool that wrote it, where its columns do not tell: mailchimp, substack, ghost, …
    #[arg(long, value_name = "TOOL")]
    from: Option<String>,
    /// What a column is: email, name, first_name, last_name, language, timezone, tags, status, left, consent or ignore.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = column_and_field)]
    map: Vec<(String, Field)>,
    /// The status of everybody in it of whom it says nothing graver.
    #[arg(long)]
    status: Option<Status>,
    /// Says what would come in, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

fn column_and_field(text: &str) -> Result<(String, Field), String> {
    let (column, field) = text.rsplit_once('=').ok_or("it is written `COLUMN=FIELD`")?;
    Ok((column.to_owned(), field.parse()?))
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    sync_or_warn(invocation, &config, &store).await?;
    match args.action.unwrap_or(Action::List) {
        Action::List => list(invocation, &store).await?,
        Action::Add { address, name, tags, language } => {
            let row = SubscriberRow {
                name: name.and_then(|name| subscriber::plain_name(&name)),
                language,
                tags: tags.split_whitespace().map(str::to_owned).collect(),
                ..SubscriberRow::of(address.clone())
            };
            let added = store.import_subscribers(&[row], "`subscribers add`", invocation.now()).await?;
            let known = store.listed_subscriber(&address).await?.ok_or_else(|| unknown(&address))?;
            let word = if added.new > 0 { "added" } else { "was known" };
            let left = if known.left.is_empty() { String::new() } else { format!(", left {}", known.left.join(" ")) };
            let status = known.subscriber.status;
            let json = json!({ "email": address.as_str(), "new": added.new > 0, "status": status, "left": known.left });
            invocation.print(&json, format!("{address} {word}: {}{left}", status.as_str()))?;
            if status >= Status::Unsubscribed {
                invocation.tell("warning: no mail goes there: only who left comes back by their own link; `subscribers lift` is for suppressed ones");
            }
        }
        Action::Remove { address } => {
            if !store.set_subscriber_status(&address, Status::Unsubscribed).await? {
                return Err(unknown(&address));
            }
            let json = json!({ "email": address.as_str(), "status": Status::Unsubscribed });
            invocation.print(&json, format!("{address} is unsubscribed"))?;
        }
        Action::Show { address } => show(invocation, &store, &address).await?,
        Action::Suppress { address, why } => {
            let changed = store.suppress(&address, &why, invocation.now()).await?.ok_or_else(|| unknown(&address))?;
            tell_status(invocation, &store, &address, changed).await?;
        }
        Action::Lift { address, why } => {
            let changed = store.lift(&address, &why, invocation.now()).await?.ok_or_else(|| unknown(&address))?;
            tell_status(invocation, &store, &address, changed).await?;
        }
        Action::Import(import) => return run_import(invocation, &store, import).await,
        Action::Export => {
            let mut all = Vec::new();
            for_each_page(&store, |page| all.extend(page)).await?;
            let mut csv = Vec::new();
            subscriber::write_csv(&mut csv, all.iter().map(|one| (&one.subscriber, one.left.as_slice())))?;
            print(&String::from_utf8_lossy(&csv))?;
        }
    }
    Ok(Exit::Done)
}

fn unknown(address: &Address) -> Failure {
    Failure::new(format!("{address} is not on the list"))
}

async fn tell_status(invocation: &Invocation, store: &Store, address: &Address, changed: bool) -> Result<(), Failure> {
    let status = store.listed_subscriber(address).await?.map_or(Status::Active, |known| known.subscriber.status);
    let json = json!({ "email": address.as_str(), "status": status, "changed": changed });
    let word = if changed { "is" } else { "stays" };
    invocation.print(&json, format!("{address} {word} {}", status.as_str()))
}

fn to_json(one: &ListedSubscriber) -> serde_json::Value {
    let ListedSubscriber { subscriber: who, left } = one;
    json!({
        "email": who.address.as_str(), "name": who.name, "language": who.language,
        "timezone": who.timezone.map(|zone| zone.name()), "tags": who.tags, "status": who.status, "left": left,
    })
}

async fn list(invocation: &Invocation, store: &Store) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut shown = table(&["address", "name", "status", "left", "language", "tags"]);
    for_each_page(store, |page| {
        for one in page {
            let who = &one.subscriber;
            let (name, language) = (who.name.as_deref().unwrap_or(""), who.language.as_deref().unwrap_or(""));
            let (left, tags) = (one.left.join(" "), who.tags.join(" "));
            shown.add_row([who.address.as_str(), name, who.status.as_str(), &left, language, &tags]);
            rows.push(to_json(&one));
        }
    })
    .await?;
    invocation.print(&json!({ "subscribers": rows }), shown)
}

async fn show(invocation: &Invocation, store: &Store, address: &Address) -> Result<(), Failure> {
    let known = store.listed_subscriber(address).await?.ok_or_else(|| unknown(address))?;
    let who = &known.subscriber;
    let origin = store.origin_of(who.id).await?;
    let suppressions = store.suppressions(who.id).await?;
    let deliveries = store.deliveries_of(who.id, MAX_DELIVERIES).await?;
    let mut json = to_json(&known);
    json["added"] = json!(origin.added);
    json["origin"] = json!(origin.origin);
    json["consent"] = json!(origin.consent);
    json["suppressions"] = json!(suppressions);
    json["editions"] = json!(deliveries);
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
    let mut lines = vec![format!("{}: {}", who.address, who.status.as_str())];
    let mut line = |name: &str, value: Option<String>| {
        lines.extend(value.filter(|value| !value.is_empty()).map(|value| format!("  {name}: {value}")));
    };
    line("name", who.name.clone());
    line("language", who.language.clone());
    line("time zone", who.timezone.map(|zone| zone.name().to_owned()));
    line("tags", Some(who.tags.join(" ")));
    line("left", Some(known.left.join(" ")));
    let from = origin.origin.map(|from| format!(", from {from}")).unwrap_or_default();
    line("added", Some(format!("{}{from}", day(origin.added))));
    line("consent", origin.consent);
    for one in &suppressions {
        let lifted =
            one.lifted.map(|at| format!("; lifted {}: {}", day(at), one.lifted_why.as_deref().unwrap_or_default()));
        let words = one.words.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
        let edition = one.edition.as_ref().map(|edition| format!(", {edition}")).unwrap_or_default();
        let what = format!("{}{edition}: {}{words}{}", day(one.at), one.why, lifted.unwrap_or_default());
        line("suppressed", Some(what));
    }
    for one in &deliveries {
        let at = one.at.map(|at| format!(" {}", day(at))).unwrap_or_default();
        let reply = one.reply.as_ref().map(|reply| format!(": {reply}")).unwrap_or_default();
        line(&format!("{} {}", one.digest, one.edition), Some(format!("{}{at}{reply}", one.state)));
    }
    invocation.print(&json, lines.join("\n"))
}

async fn run_import(invocation: &Invocation, store: &Store, import: Import) -> Result<Exit, Failure> {
    let file_name = import.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = ReadOptions { tool: import.from, columns: import.map, status: import.status, file_name };
    let report = mailing::import_subscribers(store, &import.file, &options, import.dry_run, invocation.now()).await?;
    warn_of_rows(invocation, report.bad.iter().chain(&report.warnings));
    let texts = |rows: &[Diagnostic]| rows.iter().map(Diagnostic::to_string).collect::<Vec<_>>();
    let (new, known) = report.counts.map_or((0, 0), |counts| (counts.new, counts.known));
    let mut json = json!({
        "new": new, "known": known, "bad": texts(&report.bad), "warnings": texts(&report.warnings), "tool": report.tool,
        "statuses": report.statuses, "dry_run": import.dry_run,
        "columns": report.columns.iter().map(|column| json!({ "name": column.name, "read_as": column.read_as })).collect::<Vec<_>>(),
    });
    if import.dry_run {
        let example = |row: &SubscriberRow| {
            json!({
                "email": row.address.as_str(), "name": row.name, "status": row.status, "tags": row.tags, "left": row.left,
                "consent": row.consent,
            })
        };
        json["examples"] = report.examples.iter().map(example).collect();
    }
    invocation.print(&json, import_text(&report))?;
    Ok(if report.bad.is_empty() { Exit::Done } else { Exit::Failed })
}

/// What an import came to, for people: who came in as what, and which columns were read.
fn import_text(report: &ImportReport) -> String {
    let mut lines = Vec::new();
    if let Some(tool) = report.tool.filter(|tool| *tool != "tidings") {
        lines.push(format!("a file of {tool}"));
    }
    let named = |read: bool| {
        let names = report.columns.iter().filter(|column| column.read_as.is_some() == read && !column.name.is_empty());
        names
            .map(|column| {
                column.read_as.map_or_else(|| column.name.clone(), |field| format!("{} ({field})", column.name))
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    lines.extend(Some(named(true)).filter(|names| !names.is_empty()).map(|names| format!("read: {names}")));
    lines.extend(Some(named(false)).filter(|names| !names.is_empty()).map(|names| format!("not read: {names}")));
    let statuses = report.statuses.iter().map(|(status, count)| format!("{count} {}", status.as_str()));
    lines.extend(Some(statuses.collect::<Vec<_>>().join(", ")).filter(|counts| !counts.is_empty()));
    match report.counts {
        Some(counts) => {
            lines.push(format!("{} new, {} known, {} bad rows", counts.new, counts.known, report.bad.len()))
        }
        None => {
            let mut shown = table(&["address", "name", "status", "left", "tags", "consent"]);
            for row in &report.examples {
                let (name, consent) = (row.name.as_deref().unwrap_or(""), row.consent.as_deref().unwrap_or(""));
                let (left, tags) = (row.left.join(" "), row.tags.join(" "));
                shown.add_row([row.address.as_str(), name, row.status.as_str(), &left, &tags, consent]);
            }
            lines.push(shown.to_string());
            lines.push(format!("{} bad rows; nothing is changed", report.bad.len()));
        }
    }
    lines.join("\n")
}

async fn for_each_page(store: &Store, mut each: impl FnMut(Vec<ListedSubscriber>)) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let page = store.subscribers_after(after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.subscriber.id;
        each(page);
    }
}

/// Brings the store up to date with `[subscribers] file`, says what is wrong with its rows, and gives that back.
pub async fn sync(
    invocation: &Invocation,
    config: &Config,
    store: &Store,
    may_be_fewer: bool,
) -> Result<Vec<Diagnostic>, SubscriberFileError> {
    let Some(file) = &config.subscribers else { return Ok(Vec::new()) };
    let bad = mailing::sync_subscribers(store, file, may_be_fewer, invocation.now()).await?;
    warn_of_rows(invocation, &bad);
    Ok(bad)
}

/// As [`sync`], for who only looks: a file that cannot be read changes nothing and is said.
pub async fn sync_or_warn(invocation: &Invocation, config: &Config, store: &Store) -> Result<(), Failure> {
    match sync(invocation, config, store, false).await {
        Ok(_) => Ok(()),
        Err(SubscriberFileError::Store(error)) => Err(error.into()),
        Err(error) => {
            invocation.tell(format!("warning: {}", crate::diagnostic::error_report(&error)));
            Ok(())
        }
    }
}

fn warn_of_rows<'a>(invocation: &Invocation, rows: impl IntoIterator<Item = &'a Diagnostic>) {
    for row in rows {
        invocation.tell(format!("warning: {row}"));
    }
}
