//! The next edition of a project to all its subscribers, each message as a file: loads, publishes, delivers.
//!
//! `cargo run --example send`

use std::{env, fs, path::Path};

use chrono::{TimeZone as _, Utc};
use tidings::{
    config::Config,
    deliver::Destination,
    digest::{self, Next},
    mailing::{self, SendContext},
    store::{PublishOptions, Store},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let now = Utc.with_ymd_and_hms(2025, 4, 1, 9, 0, 0).single().unwrap_or_default();
    let folder = env::temp_dir().join("tidings-send");
    fs::create_dir_all(&folder)?;
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/minimal/tidings.toml");
    let config = Config::load(&project, &[])?;
    let store = Store::open(&folder.join("tidings.db"), now).await?;
    if let Some(file) = &config.subscribers {
        mailing::sync_subscribers(&store, file, false, now).await?;
    }

    let chosen = config.digest(None)?;
    let sources = config.sources_of(chosen);
    let frozen = match digest::next(&store, &config.plan(chosen, &sources), now).await? {
        // A send that was cut off goes on where it was.
        Next::Unfinished(frozen) => *frozen,
        Next::Fresh(draft, variants) => {
            let options = PublishOptions::BY_HAND;
            mailing::publish(&store, draft.edition, *variants, &chosen.audience, &options).await?
        }
        Next::Nothing(_, reason) => {
            println!("{reason}");
            return Ok(());
        }
    };
    // `config.open_destination(…)` is where the project itself sends to.
    let destination = Destination::File(folder.join("outbox"));
    let sender = config.sender(store.signing_keys_at(frozen.edition.date).await?);
    let context = SendContext { store: &store, sender: &sender, destination: &destination, limits: &config.limits };
    let report = mailing::deliver(&context, &frozen, || now, |_| true).await?;
    println!("{} messages in {}", report.counts.sent, folder.join("outbox").display());
    store.close().await;
    Ok(())
}
