//! `next`: when the digest is due.

use chrono::{Offset as _, SecondsFormat};
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
};

/// Shows the next run times, local and UTC.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many.
    #[arg(short, default_value_t = 5, value_name = "N")]
    n: usize,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let chosen = invocation.digest(&config)?;
    let zone = config.publication.timezone;
    let mut at = invocation.now();
    let mut offset = at.with_timezone(&zone).offset().fix();
    let (mut text, mut runs) = (String::new(), Vec::new());
    for _ in 0..args.n {
        let Some(next) = chosen.schedule.next(at, zone) else { break };
        let local = next.with_timezone(&zone);
        let change = if local.offset().fix() == offset { "" } else { "  (the clocks have changed)" };
        (at, offset) = (next, local.offset().fix());
        let utc = next.to_rfc3339_opts(SecondsFormat::Secs, true);
        text.push_str(&format!("{}  {utc}{change}\n", local.format("%a %Y-%m-%d %H:%M %Z")));
        runs.push(json!({ "local": local.to_rfc3339_opts(SecondsFormat::Secs, true), "utc": utc }));
    }
    invocation.print(&json!({ "runs": runs }), text)?;
    Ok(Exit::Done)
}
