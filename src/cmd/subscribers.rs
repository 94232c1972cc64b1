//! `subscribers`: who gets the mail.

use std::path::PathBuf;

use serde_json::json;

use super::{Exit, Setting, print, print_json, table};
use crate::{
    config::Config,
    mailing,
    store::Store,
    subscriber::{self, Address, Row, Status, Subscriber},
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
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let store = setting.open(&config).await?;
    sync(setting, &config, &store).await?;
    match args.action.unwrap_or(Action::List) {
        Action::List => list(setting, &store).await?,
        Action::Add { address, name, tags, language } => {
            let tags = tags.split_whitespace().map(str::to_owned).collect();
            let name = name.map(|name| crate::html::plain_line(&name));
            let row = Row { address: address.clone(), name, language, timezone: None, tags, status: Status::Active };
            let added = store.upsert(&[row], None, setting.now()).await?;
            let status = store.subscriber(&address).await?.map_or(Status::Active, |known| known.status);
            if setting.json {
                print_json(&json!({ "email": address.as_str(), "new": added.new > 0, "status": status }))?;
            } else {
                let word = if added.new > 0 { "added" } else { "was known" };
                print(&format!("{address} {word}: {}\n", status.as_str()))?;
            }
        }
        Action::Remove { address } => {
            if !store.set_status(&address, Status::Unsubscribed).await? {
                anyhow::bail!("{address} is not on the list");
            }
            if setting.json {
                print_json(&json!({ "email": address.as_str(), "status": Status::Unsubscribed }))?;
            } else {
                print(&format!("{address} is unsubscribed\n"))?;
            }
        }
        Action::Import { file } => {
            let (added, bad) = mailing::import(&store, &file, setting.now()).await?;
            warn(setting, &bad);
            if setting.json {
                print_json(&json!({ "new": added.new, "known": added.known, "bad": bad }))?;
            } else {
                print(&format!("{} new, {} known, {} bad rows\n", added.new, added.known, bad.len()))?;
            }
            if !bad.is_empty() {
                return Ok(Exit::Failed);
            }
        }
        Action::Export => {
            let mut all = Vec::new();
            pages(&store, |page| all.extend(page)).await?;
            let mut csv = Vec::new();
            subscriber::write_csv(&mut csv, &all)?;
            print(&String::from_utf8_lossy(&csv))?;
        }
    }
    Ok(Exit::Done)
}

async fn list(setting: &Setting, store: &Store) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut shown = table(&["address", "name", "status", "language", "tags"]);
    pages(store, |page| {
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
    if setting.json { print_json(&json!({ "subscribers": rows })) } else { print(&format!("{shown}\n")) }
}

async fn pages(store: &Store, mut each: impl FnMut(Vec<Subscriber>)) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = store.subscribers(after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        each(page);
    }
}

/// Brings the store up to date with `[subscribers] file`, says its bad rows, and gives them back.
pub async fn sync(setting: &Setting, config: &Config, store: &Store) -> anyhow::Result<Vec<String>> {
    let Some(file) = &config.subscribers else { return Ok(Vec::new()) };
    let bad = mailing::sync(store, file, setting.now()).await?;
    warn(setting, &bad);
    Ok(bad)
}

fn warn(setting: &Setting, bad: &[String]) {
    for line in bad {
        setting.say(format!("warning: {line}"));
    }
}
