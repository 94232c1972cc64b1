//! `backup`: the store as one file elsewhere, also while others write to it.

use std::path::PathBuf;

use serde_json::json;

use super::{Exit, Setting, print, print_json};

/// Copies the store to a file, also while `run` or `send` is running.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The copy; a file that is there is replaced once the copy is whole.
    file: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let store = setting.open(&config).await?;
    store.backup(&args.file).await?;
    let octets = std::fs::metadata(&args.file)?.len();
    if setting.json {
        print_json(&json!({ "file": args.file, "bytes": octets }))?;
    } else {
        print(&format!("`{}`: {} KB; it holds addresses and keys\n", args.file.display(), octets.div_ceil(1024)))?;
    }
    Ok(Exit::Done)
}
