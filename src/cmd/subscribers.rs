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
    mailing::{self, SubscriberFileError},
    store::Store,
    subscriber::{self, Address, Status, Subscriber, SubscriberRow},
};

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
    /// Adds all rows of a CSV file; bad rows are reported by line. May be run again at any time.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Writes everybody as CSV.
    Export,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    sync(invocation, &config, &store).await?;
    match args.action.unwrap_or(Action::List) {
        Action::List => list(invocation, &store).await?,
        Action::Add { address, name, tags, language } => {
            let tags = tags.split_whitespace().map(str::to_owned).collect();
            let name = name.and_then(|name| subscriber::plain_name(&name));
            let row = SubscriberRow {
                address: address.clone(),
                name,
                language,
                timezone: None,
                tags,
                status: Status::Active,
            };
            let added = store.import_subscribers(&[row], None, invocation.now()).await?;
            let status = store.subscriber(&address).await?.map_or(Status::Active, |known| known.status);
            let word = if added.new > 0 { "added" } else { "was known" };
            let json = json!({ "email": address.as_str(), "new": added.new > 0, "status": status });
            invocation.print(&json, format!("{address} {word}: {}", status.as_str()))?;
        }
        Action::Remove { address } => {
            if !store.set_subscriber_status(&address, Status::Unsubscribed).await? {
                return Err(Failure::new(format!("{address} is not on the list")));
            }
            let json = json!({ "email": address.as_str(), "status": Status::Unsubscribed });
            invocation.print(&json, format!("{address} is unsubscribed"))?;
        }
        Action::Import { file } => {
            let (added, bad) = mailing::import_subscribers(&store, &file, invocation.now()).await?;
            warn_of_bad_rows(invocation, &bad);
            let text = format!("{} new, {} known, {} bad rows", added.new, added.known, bad.len());
            let texts: Vec<String> = bad.iter().map(Diagnostic::to_string).collect();
            invocation.print(&json!({ "new": added.new, "known": added.known, "bad": texts }), text)?;
            if !bad.is_empty() {
                return Ok(Exit::Failed);
            }
        }
        Action::Export => {
            let mut all = Vec::new();
            for_each_page(&store, |page| all.extend(page)).await?;
            let mut csv = Vec::new();
            subscriber::write_csv(&mut csv, &all)?;
            print(&String::from_utf8_lossy(&csv))?;
        }
    }
    Ok(Exit::Done)
}

async fn list(invocation: &Invocation, store: &Store) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut shown = table(&["address", "name", "status", "language", "tags"]);
    for_each_page(store, |page| {
        for one in page {
            let (name, language) = (one.name.as_deref().unwrap_or(""), one.language.as_deref().unwrap_or(""));
            shown.add_row([one.address.as_str(), name, one.status.as_str(), language, &one.tags.join(" ")]);
            rows.push(json!({
                "email": one.address.as_str(), "name": one.name, "language": one.language,
                "timezone": one.timezone.map(|zone| zone.name()), "tags": one.tags, "status": one.status,
            }));
        }
    })
    .await?;
    invocation.print(&json!({ "subscribers": rows }), shown)
}

async fn for_each_page(store: &Store, mut each: impl FnMut(Vec<Subscriber>)) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let page = store.subscribers_after(after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        each(page);
    }
}

/// Brings the store up to date with `[subscribers] file`, says its bad rows, and gives them back.
pub async fn sync(
    invocation: &Invocation,
    config: &Config,
    store: &Store,
) -> Result<Vec<Diagnostic>, SubscriberFileError> {
    let Some(file) = &config.subscribers else { return Ok(Vec::new()) };
    let bad = mailing::sync_subscribers(store, file, invocation.now()).await?;
    warn_of_bad_rows(invocation, &bad);
    Ok(bad)
}

fn warn_of_bad_rows(invocation: &Invocation, bad: &[Diagnostic]) {
    for line in bad {
        invocation.tell(format!("warning: {line}"));
    }
}
