//! `editions`: what went out, and what is still on its way.

use anyhow::bail;
use serde_json::json;

use super::{
    Exit, Setting, Usage, print, print_json,
    send::{Summary, in_words},
    table,
};
use crate::{
    config::Config,
    store::{Standing, State, Store},
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
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let action = args.action.unwrap_or(Action::List);
    let config = setting.load()?;
    let store = setting.open(&config).await?;
    if let Action::List = action {
        let lines = store.editions(setting.digest.as_deref()).await?;
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
    let (Action::Show { number }
    | Action::Replay { number }
    | Action::Settle { number, .. }
    | Action::Approve { number }
    | Action::Veto { number }
    | Action::Cancel { number }) = action
    else {
        return Err(Usage("which edition?".into()).into());
    };
    let decides = matches!(action, Action::Approve { .. } | Action::Veto { .. } | Action::Cancel { .. });
    // A digest that the config has forgotten may still have an edition that waits for a word.
    if let Some(name) = setting.digest.as_ref().filter(|_| decides)
        && let Some(standing) = store.standing_of(name, number).await?
    {
        return decide(&action, &standing, setting, &config, &store).await;
    }
    let chosen = setting.choose(&config)?;
    let (Some(frozen), Some(standing)) =
        (store.edition(&chosen.name, number).await?, store.standing_of(&chosen.name, number).await?)
    else {
        bail!("there is no edition {number} of `{}`\nhint: `tidings editions list` shows them", chosen.name);
    };
    match action {
        Action::Approve { .. } | Action::Veto { .. } | Action::Cancel { .. } => {
            return decide(&action, &standing, setting, &config, &store).await;
        }
        Action::Replay { .. } => {
            if !matches!(standing.state, State::Sending | State::Sent) {
                bail!("edition {number} did not go out: it is {}", standing.state.as_str());
            }
            super::subscribers::sync(setting, &config, &store).await?;
            let planned = store.replay(frozen.row, &chosen.name, &chosen.audience).await?;
            if setting.json {
                print_json(&json!({ "digest": chosen.name, "edition": number, "planned": planned }))?;
            } else if planned == 0 {
                print(&format!("edition {number} has gone to everybody, or is on its way\n"))?;
            } else {
                print(&format!("edition {number} is planned again for {planned}; `tidings send` delivers it\n"))?;
            }
        }
        Action::Settle { address, sent, .. } => {
            if !store.end_doubt(frozen.row, address.as_str(), sent, setting.now()).await? {
                bail!("nothing of edition {number} to {address} is in doubt");
            }
            store.finish(frozen.row, setting.now()).await?;
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
            let counts = store.counts(frozen.row).await?;
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
                for (address, reply) in store.deliveries(frozen.row, state, 100).await? {
                    text.push_str(&format!("{word}: {address}: {}\n", reply.unwrap_or_default()));
                }
            }
            print(&text)?;
        }
    }
    Ok(Exit::Done)
}

/// Lets an edition go, or stops it, and says what that came to.
async fn decide(
    action: &Action,
    standing: &Standing,
    setting: &Setting,
    config: &Config,
    store: &Store,
) -> anyhow::Result<Exit> {
    let (row, number, now) = (standing.row, standing.number, setting.now());
    let (decided, wanted) = match action {
        // Nobody looks after its due time any more.
        Action::Approve { .. } if !config.digests.contains_key(&standing.digest) => {
            (store.release(row, now).await?, &[State::Sending, State::Sent][..])
        }
        Action::Approve { .. } => (store.approve(row, now).await?, &[State::Approved, State::Sending, State::Sent][..]),
        Action::Veto { .. } => (store.veto(row, now).await?, &[State::Vetoed, State::Cancelled][..]),
        _ => (store.cancel(row, "cancelled by hand", now).await?, &[State::Vetoed, State::Cancelled][..]),
    };
    let counts = store.counts(row).await?;
    if setting.json {
        print_json(&json!({
            "digest": standing.digest, "edition": number, "before": decided.before, "state": decided.after,
            "sent": counts.sent,
        }))?;
    } else {
        let due = standing.due.map(|due| due.with_timezone(&config.publication.timezone).format("%Y-%m-%d %H:%M"));
        let now_and_then = match (decided.after, due) {
            (State::Approved, Some(due)) => format!("is approved and goes out at {due}"),
            (State::Sending, _) if decided.before == State::Sending => "is on its way".to_owned(),
            (State::Sending, _) => "goes out with the next look of `tidings run`, or with `tidings send`".to_owned(),
            (State::Vetoed | State::Cancelled, _) if counts.sent + counts.in_doubt > 0 => {
                let got = counts.sent + counts.in_doubt;
                format!("is stopped; {got} readers have it already, so its posts do not return")
            }
            (State::Vetoed | State::Cancelled, _) => "is stopped; its posts are candidates again".to_owned(),
            (other, _) => format!("is {} already", other.as_str()),
        };
        print(&format!("edition {number} {now_and_then}\n"))?;
    }
    if wanted.contains(&decided.after) {
        return Ok(Exit::Done);
    }
    setting.say(match decided.after {
        State::Sending => "it is too late for a veto\nhint: `editions cancel` stops what has not left",
        State::Vetoed | State::Cancelled => "it was stopped before, and its posts may be in another edition",
        _ => "nothing changed",
    });
    Ok(Exit::Failed)
}
