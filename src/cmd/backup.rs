//! `backup`: the store as one file elsewhere, also while others write to it.

use std::path::PathBuf;

use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
};

/// Copies the store to a file, also while `run` or `send` is running.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The copy; a file that is there is replaced once the copy is whole.
    file: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    store.backup(&args.file).await?;
    let octets = std::fs::metadata(&args.file)?.len();
    let text = format!("`{}`: {} KB; it holds addresses and keys", args.file.display(), octets.div_ceil(1024));
    invocation.print(&json!({ "file": args.file, "bytes": octets }), text)?;
    Ok(Exit::Done)
}
