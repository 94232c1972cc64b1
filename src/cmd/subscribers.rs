//! `subscribers`: who gets the mail.

use std::{
    collections::BTreeSet,
    fs::File,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
};

use anyhow::Context as _;
use serde_json::json;

use super::{Exit, Setting, print, print_json, table};
use crate::{
    config::Config,
    ledger::{Added, Ledger},
    subscriber::{self, Address, BadRow, Row, Status, Subscriber},
};

/// Rows that are read before they go to the store.
const BATCH: usize = 1_000;

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
    let ledger = setting.open(&config).await?;
    sync(setting, &config, &ledger).await?;
    match args.action.unwrap_or(Action::List) {
        Action::List => list(setting, &ledger).await?,
        Action::Add { address, name, tags, language } => {
            let tags = tags.split_whitespace().map(str::to_owned).collect();
            let name = name.map(|name| crate::html::line(&name));
            let row = Row { address: address.clone(), name, language, timezone: None, tags, status: Status::Active };
            let added = ledger.upsert(&[row], None, setting.now()).await?;
            let status = ledger.subscriber(&address).await?.map_or(Status::Active, |known| known.status);
            if setting.json {
                print_json(&json!({ "email": address.as_str(), "new": added.new > 0, "status": status }))?;
            } else {
                let word = if added.new > 0 { "added" } else { "was known" };
                print(&format!("{address} {word}: {}\n", status.as_str()))?;
            }
        }
        Action::Remove { address } => {
            if !ledger.set_status(&address, Status::Unsubscribed).await? {
                anyhow::bail!("{address} is not on the list");
            }
            if setting.json {
                print_json(&json!({ "email": address.as_str(), "status": Status::Unsubscribed }))?;
            } else {
                print(&format!("{address} is unsubscribed\n"))?;
            }
        }
        Action::Import { file } => {
            let (added, bad) = import(setting, &ledger, &file, None).await?;
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
            pages(&ledger, |page| all.extend(page)).await?;
            let mut csv = Vec::new();
            subscriber::write_csv(&mut csv, &all)?;
            print(&String::from_utf8_lossy(&csv))?;
        }
    }
    Ok(Exit::Done)
}

async fn list(setting: &Setting, ledger: &Ledger) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut shown = table(&["address", "name", "status", "language", "tags"]);
    pages(ledger, |page| {
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

async fn pages(ledger: &Ledger, mut each: impl FnMut(Vec<Subscriber>)) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = ledger.subscribers(after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        each(page);
    }
}

/// Brings the store up to date with `[subscribers] file`, and gives back its bad rows.
pub async fn sync(setting: &Setting, config: &Config, ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let Some(file) = &config.subscribers else { return Ok(Vec::new()) };
    let sync = ledger.next_sync().await?;
    let (_, bad) = import(setting, ledger, file, Some(sync)).await?;
    ledger.unlist_missing(sync).await?;
    Ok(bad)
}

/// Reads a CSV file into the store; says of each bad row its line and what is wrong.
async fn import(
    setting: &Setting,
    ledger: &Ledger,
    path: &std::path::Path,
    sync: Option<i64>,
) -> anyhow::Result<(Added, Vec<String>)> {
    let file = File::open(path).with_context(|| format!("cannot read the subscribers file `{}`", path.display()))?;
    let mut intake = ledger.intake().await?;
    let (mut bad, mut batch) = (Vec::new(), Vec::with_capacity(BATCH));
    let mut seen = Seen::default();
    for row in subscriber::rows(file) {
        let row = row.and_then(|(line, row)| {
            let why = || BadRow { line, why: format!("{} stands in an earlier row, which counts", row.address) };
            if seen.insert(&row.address) { Ok(row) } else { Err(why()) }
        });
        match row {
            Ok(row) => batch.push(row),
            Err(row) => {
                let line = format!("{}:{}: {}", path.display(), row.line, row.why);
                setting.say(format!("warning: {line}"));
                bad.push(line);
            }
        }
        if batch.len() == BATCH {
            intake.stage(&batch).await?;
            batch.clear();
        }
    }
    intake.stage(&batch).await?;
    Ok((intake.take_on(sync, setting.now()).await?, bad))
}

/// The addresses of a file so far: eight octets for each, and no more than those.
#[derive(Default)]
struct Seen {
    /// Sorted.
    settled: Vec<u64>,
    recent: BTreeSet<u64>,
}

impl Seen {
    /// So many are put in order at a time.
    const RECENT: usize = 10_000;

    /// Says whether the address is new, in whatever case it is written.
    fn insert(&mut self, address: &Address) -> bool {
        let mut hasher = DefaultHasher::new();
        address.as_str().to_lowercase().hash(&mut hasher);
        let hash = hasher.finish();
        if self.settled.binary_search(&hash).is_ok() || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() == Self::RECENT {
            self.settle();
        }
        true
    }

    /// Merges the recent ones in from behind, so that nothing is held twice.
    fn settle(&mut self) {
        let mut from = self.settled.len();
        self.settled.resize(from + self.recent.len(), 0);
        let mut to = self.settled.len();
        while let Some(hash) = self.recent.pop_last() {
            while from > 0 && self.settled[from - 1] > hash {
                (from, to) = (from - 1, to - 1);
                self.settled[to] = self.settled[from];
            }
            to -= 1;
            self.settled[to] = hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_new_once() {
        let address = |number: usize| format!("reader.{}@readers.example", number * 7_919 % 25_000).parse().unwrap();
        let mut seen = Seen::default();
        for number in 0..25_000 {
            assert!(seen.insert(&address(number)), "{number}");
        }
        for number in 0..25_000 {
            assert!(!seen.insert(&address(number)), "{number}");
        }
        assert!(!seen.insert(&"READER.7@readers.example".parse().unwrap()));
    }
}
