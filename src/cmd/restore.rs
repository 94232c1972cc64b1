//! `restore`: a copy of the store comes back.

use std::path::PathBuf;

use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
};
use crate::store;

/// Puts a copy that `backup` made in the place of the store; nothing may be running.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The copy.
    file: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let old = store::restore(&args.file, &config.store, invocation.now()).await?;
    let kept = old.as_ref().map(|old| format!("; the one before is kept as `{}`", old.display())).unwrap_or_default();
    let text = format!("`{}` is the copy{kept}", config.store.display());
    invocation.print(&json!({ "store": config.store, "old": old }), text)?;
    if invocation.json {
        return Ok(Exit::Done);
    }
    invocation.tell(
        "what was sent since the copy was made is unknown to it: `send` and `run` hold everything; look at `tidings \
         explain`, then `send --resume` or `run --resume` goes on from now",
    );
    Ok(Exit::Done)
}
