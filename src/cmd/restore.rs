//! `restore`: a copy of the store comes back.

use std::path::PathBuf;

use serde_json::json;

use super::{Exit, Setting, print, print_json};
use crate::store;

/// Puts a copy that `backup` made in the place of the store; nothing may be running.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The copy.
    file: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let old = store::restore(&args.file, &config.store, setting.now()).await?;
    if setting.json {
        print_json(&json!({ "store": config.store, "old": old }))?;
        return Ok(Exit::Done);
    }
    let kept = old.map(|old| format!("; the one before is kept as `{}`", old.display())).unwrap_or_default();
    print(&format!("`{}` is the copy{kept}\n", config.store.display()))?;
    setting.say(
        "what was sent since the copy was made is unknown to it: look at `tidings explain` before a `send`; \
         `tidings run` holds everything until `run --resume`",
    );
    Ok(Exit::Done)
}
