//! `editions`: what went out, and what is still on its way.

use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::{print, print_json, table},
    send::{Summary, summary_text},
};
use crate::{
    config::Config,
    diagnostic::Diagnostic,
    store::{EditionRecord, EditionState, Store},
    subscriber::Address,
};

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
    /// Lets an edition go that waits or is held: at its due time, or at once where that is over.
    Approve {
        /// Its number.
        number: i64,
    },
    /// Stops an edition that waits or is held; its posts are candidates again.
    Veto {
        /// Its number.
        number: i64,
    },
    /// Stops an edition, also on its way: who has not got it gets nothing.
    Cancel {
        /// Its number.
        number: i64,
    },
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let action = args.action.unwrap_or(Action::List);
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    if let Action::List = action {
        let lines = store.edition_summaries(invocation.digest.as_deref()).await?;
        if lines.is_empty() && invocation.digest.is_some() {
            // A digest that the config has forgotten may still have its editions; any other name is a slip.
            invocation.digest(&config)?;
        }
        if invocation.json {
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
                line.state.as_str().to_owned(),
                line.posts.to_string(),
                line.counts.recipients.to_string(),
                line.counts.sent.to_string(),
                line.subject,
            ]);
        }
        print(&format!("{shown}\n"))?;
        return Ok(Exit::Done);
    }
    let (Action::Show { number }
    | Action::Replay { number }
    | Action::Settle { number, .. }
    | Action::Approve { number }
    | Action::Veto { number }
    | Action::Cancel { number }) = action
    else {
        return Err(Failure::usage("which edition?"));
    };
    let decides = matches!(action, Action::Approve { .. } | Action::Veto { .. } | Action::Cancel { .. });
    // A digest that the config has forgotten may still have an edition that waits for a word.
    if let Some(name) = invocation.digest.as_ref().filter(|_| decides)
        && let Some(standing) = store.edition_by_number(name, number).await?
    {
        return decide(&action, &standing, invocation, &config, &store).await;
    }
    let chosen = invocation.digest(&config)?;
    let (Some(frozen), Some(standing)) =
        (store.frozen_edition(&chosen.name, number).await?, store.edition_by_number(&chosen.name, number).await?)
    else {
        return Err(Failure::new(
            Diagnostic::new(format!("there is no edition {number} of `{}`", chosen.name))
                .hint("`tidings editions list` shows them"),
        ));
    };
    match action {
        Action::Approve { .. } | Action::Veto { .. } | Action::Cancel { .. } => {
            return decide(&action, &standing, invocation, &config, &store).await;
        }
        Action::Replay { .. } => {
            if !matches!(standing.state, EditionState::Sending | EditionState::Sent) {
                return Err(Failure::new(format!(
                    "edition {number} did not go out: it is {}",
                    standing.state.as_str()
                )));
            }
            super::subscribers::sync_or_warn(invocation, &config, &store).await?;
            let planned = store.replay(frozen.row, &chosen.name, &chosen.audience).await?;
            let text = match planned {
                0 => format!("edition {number} has gone to everybody, or is on its way"),
                _ => format!("edition {number} is planned again for {planned}; `tidings send` delivers it"),
            };
            invocation.print(&json!({ "digest": chosen.name, "edition": number, "planned": planned }), text)?;
        }
        Action::Settle { address, sent, .. } => {
            if !store.settle_doubt(frozen.row, address.as_str(), sent, invocation.now()).await? {
                return Err(Failure::new(format!("nothing of edition {number} to {address} is in doubt")));
            }
            store.finish_edition(frozen.row, invocation.now()).await?;
            let (state, words) = match sent {
                true => ("sent", "counts as sent"),
                false => ("pending", "goes out with the next `tidings send`"),
            };
            let json = json!({ "digest": chosen.name, "edition": number, "email": address.as_str(), "state": state });
            invocation.print(&json, format!("edition {number} to {address} {words}"))?;
        }
        _ => {
            let counts = store.delivery_counts(frozen.row).await?;
            let took = frozen.finished.and_then(|at| (at - frozen.edition.date).to_std().ok()).unwrap_or_default();
            let summary = Summary::new(&frozen, counts, took);
            let mut text = format!("{}\n", summary_text(&summary));
            for item in &frozen.edition.posts {
                let url = item.post.url.as_ref().map(|url| format!("  {url}")).unwrap_or_default();
                text.push_str(&format!("  {}{url}\n", item.post.title));
            }
            for (state, word) in [("in_doubt", "in doubt"), ("deferred", "deferred"), ("bounced", "bounced")] {
                for (address, reply) in store.deliveries_in_state(frozen.row, state, 100).await? {
                    text.push_str(&format!("{word}: {address}: {}\n", reply.unwrap_or_default()));
                }
            }
            invocation.print(&summary, text)?;
        }
    }
    Ok(Exit::Done)
}

/// Lets an edition go, or stops it, and says what that came to.
async fn decide(
    action: &Action,
    standing: &EditionRecord,
    invocation: &Invocation,
    config: &Config,
    store: &Store,
) -> Result<Exit, Failure> {
    let (row, number, now) = (standing.row, standing.number, invocation.now());
    let (decided, wanted) = match action {
        // Nobody looks after its due time any more.
        Action::Approve { .. } if !config.digests.contains_key(&standing.digest) => {
            (store.release(row, now).await?, &[EditionState::Sending, EditionState::Sent][..])
        }
        Action::Approve { .. } => {
            (store.approve(row, now).await?, &[EditionState::Approved, EditionState::Sending, EditionState::Sent][..])
        }
        Action::Veto { .. } => (store.veto(row, now).await?, &[EditionState::Vetoed, EditionState::Cancelled][..]),
        _ => (store.cancel(row, "cancelled by hand", now).await?, &[EditionState::Vetoed, EditionState::Cancelled][..]),
    };
    let counts = store.delivery_counts(row).await?;
    let due = standing.due.map(|due| due.with_timezone(&config.publication.timezone).format("%Y-%m-%d %H:%M"));
    let words = match (decided.after, due) {
        (EditionState::Approved, Some(due)) => format!("is approved and goes out at {due}"),
        (EditionState::Sending, _) if decided.before == EditionState::Sending => "is on its way".to_owned(),
        (EditionState::Sending, _) => "goes out with the next look of `tidings run`, or with `tidings send`".to_owned(),
        (EditionState::Vetoed | EditionState::Cancelled, _) if counts.sent + counts.in_doubt > 0 => {
            let got = counts.sent + counts.in_doubt;
            format!("is stopped; {got} readers have it already, so its posts do not return")
        }
        (EditionState::Vetoed | EditionState::Cancelled, _) => "is stopped; its posts are candidates again".to_owned(),
        (other, _) => format!("is {} already", other.as_str()),
    };
    let json = json!({
        "digest": standing.digest, "edition": number, "before": decided.before, "state": decided.after,
        "sent": counts.sent,
    });
    invocation.print(&json, format!("edition {number} {words}"))?;
    if wanted.contains(&decided.after) {
        return Ok(Exit::Done);
    }
    invocation.tell(match decided.after {
        EditionState::Sending => {
            Diagnostic::new("it is too late for a veto").hint("`editions cancel` stops what has not left")
        }
        EditionState::Vetoed | EditionState::Cancelled => {
            "it was stopped before, and its posts may be in another edition".into()
        }
        _ => "nothing changed".into(),
    });
    Ok(Exit::Failed)
}
