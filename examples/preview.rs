//! The next edition of a project as a page: loads its config, drafts and lays out, and writes what a reader would see.
//!
//! `cargo run --example preview`

use std::{env, fs, path::Path};

use chrono::{TimeZone as _, Utc};
use tidings::{
    config::Config,
    digest::{self, Next},
    message::{Occasion, inline_images, personalise},
    store::Store,
    subscriber::Subscriber,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let now = Utc.with_ymd_and_hms(2025, 4, 1, 9, 0, 0).single().unwrap_or_default();
    let folder = env::temp_dir().join("tidings-preview");
    fs::create_dir_all(&folder)?;
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/minimal/tidings.toml");
    let config = Config::load(&project, &[])?;
    let store = Store::open(&folder.join("tidings.db"), now).await?;

    let chosen = config.digest(None)?;
    let sources = config.sources_of(chosen);
    match digest::next(&store, &config.plan(chosen, &sources), now).await? {
        Next::Fresh(draft, variants) => {
            let (reader, sender) = (Subscriber::sample(), config.sender(store.signing_keys().await?));
            let seen = personalise(&draft.edition, variants.main(), &reader, &sender, Occasion::Sample(0));
            let page = folder.join("preview.html");
            fs::write(&page, inline_images(&draft.edition, &seen.html).as_bytes())?;
            println!("{}: {}", page.display(), seen.subject);
        }
        Next::Unfinished(frozen) => println!("edition {} is still being sent", frozen.edition.number),
        Next::Nothing(_, reason) => println!("{reason}"),
    }
    store.close().await;
    Ok(())
}
