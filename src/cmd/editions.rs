//! `editions`: what went out, and what is still on its way.

use anyhow::bail;
use serde_json::json;

use super::{
    Exit, Setting, Usage, not_yet, print, print_json,
    send::{Summary, in_words},
    table,
};
use crate::subscriber::Address;

/// Lists, shows and replays editions, and settles doubts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Every edition, the newest first.
    List,
    /// One edition and what became of its deliveries.
    Show {
        /// Its number.
        number: i64,
    },
    /// Plans an edition again for those of its audience who have not got it; `send` then delivers it.
    Replay {
        /// Its number.
        number: i64,
    },
    /// Ends a doubt about one delivery.
    #[command(group(clap::ArgGroup::new("verdict").required(true).args(["sent", "resend"])))]
    Settle {
        /// The edition's number.
        number: i64,
        /// Whose delivery is in doubt.
        address: Address,
        /// It arrived.
        #[arg(long)]
        sent: bool,
        /// It goes out again.
        #[arg(long)]
        resend: bool,
    },
    /// Releases an edition that waits for an editor.
    #[command(hide = true)]
    Approve {
        /// Its number.
        number: i64,
    },
    /// Stops an edition that waits for an editor.
    #[command(hide = true)]
    Veto {
        /// Its number.
        number: i64,
    },
    /// Stops an edition.
    #[command(hide = true)]
    Cancel {
        /// Its number.
        number: i64,
    },
}

/// Runs the command.
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let action = args.action.unwrap_or(Action::List);
    if matches!(action, Action::Approve { .. } | Action::Veto { .. } | Action::Cancel { .. }) {
        return Err(not_yet("editions approve|veto|cancel"));
    }
    let config = setting.load()?;
    let ledger = setting.open(&config).await?;
    if let Action::List = action {
        let lines = ledger.editions(setting.digest.as_deref()).await?;
        if lines.is_empty() && setting.digest.is_some() {
            // A digest that the config has forgotten may still have its editions; any other name is a slip.
            setting.choose(&config)?;
        }
        if setting.json {
            print_json(&json!({ "editions": lines }))?;
            return Ok(Exit::Done);
        }
        let mut shown = table(&["digest", "edition", "date", "state", "posts", "recipients", "sent", "subject"]);
        for line in lines {
            let date = line.date.with_timezone(&config.publication.timezone).format("%Y-%m-%d %H:%M");
            shown.add_row([
                line.digest,
                line.edition.to_string(),
                date.to_string(),
                line.state,
                line.posts.to_string(),
                line.counts.recipients.to_string(),
                line.counts.sent.to_string(),
                line.subject,
            ]);
        }
        print(&format!("{shown}\n"))?;
        return Ok(Exit::Done);
    }
    let chosen = setting.choose(&config)?;
    let (Action::Show { number } | Action::Replay { number } | Action::Settle { number, .. }) = action else {
        return Err(Usage("which edition?".into()).into());
    };
    let Some(frozen) = ledger.edition(&chosen.name, number).await? else {
        bail!("there is no edition {number} of `{}`\nhint: `tidings editions list` shows them", chosen.name);
    };
    match action {
        Action::Replay { .. } => {
            super::subscribers::sync(setting, &config, &ledger).await?;
            let planned = ledger.replay(frozen.row, &chosen.name, &chosen.audience).await?;
            if setting.json {
                print_json(&json!({ "digest": chosen.name, "edition": number, "planned": planned }))?;
            } else if planned == 0 {
                print(&format!("edition {number} has gone to everybody, or is on its way\n"))?;
            } else {
                print(&format!("edition {number} is planned again for {planned}; `tidings send` delivers it\n"))?;
            }
        }
        Action::Settle { address, sent, .. } => {
            if !ledger.end_doubt(frozen.row, address.as_str(), sent, setting.now()).await? {
                bail!("nothing of edition {number} to {address} is in doubt");
            }
            ledger.finish(frozen.row, setting.now()).await?;
            if setting.json {
                let state = if sent { "sent" } else { "pending" };
                let (digest, email) = (&chosen.name, address.as_str());
                print_json(&json!({ "digest": digest, "edition": number, "email": email, "state": state }))?;
                return Ok(Exit::Done);
            }
            let word = if sent { "counts as sent" } else { "goes out with the next `tidings send`" };
            print(&format!("edition {number} to {address} {word}\n"))?;
        }
        _ => {
            let counts = ledger.counts(frozen.row).await?;
            let took = frozen.finished.and_then(|at| (at - frozen.edition.date).to_std().ok()).unwrap_or_default();
            let summary = Summary::new(&frozen, counts, took);
            if setting.json {
                print_json(&summary)?;
                return Ok(Exit::Done);
            }
            let mut text = format!("{}\n", in_words(&summary));
            for item in &frozen.edition.posts {
                let url = item.post.url.as_ref().map(|url| format!("  {url}")).unwrap_or_default();
                text.push_str(&format!("  {}{url}\n", item.post.title));
            }
            for (state, word) in [("in_doubt", "in doubt"), ("deferred", "deferred"), ("bounced", "bounced")] {
                for (address, reply) in ledger.deliveries(frozen.row, state, 100).await? {
                    text.push_str(&format!("{word}: {address}: {}\n", reply.unwrap_or_default()));
                }
            }
            print(&text)?;
        }
    }
    Ok(Exit::Done)
}
