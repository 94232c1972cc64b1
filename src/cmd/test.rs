//! `test`: the next edition to a few addresses; consumes nothing.

use anyhow::bail;
use serde_json::json;

use super::{Exit, Setting, print, print_json, say, subscribers};
use crate::{
    chain::chain,
    deliver::{Outcome, Transport},
    digest::{self, Next},
    message::{self, Occasion},
    subscriber::{Address, Subscriber},
};

/// Sends the next edition to these addresses, subscribers or not; consumes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where it goes.
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<Address>,
}

/// Runs the command.
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let chosen = setting.choose(&config)?;
    let ledger = setting.open(&config).await?;
    subscribers::sync(setting, &config, &ledger).await?;
    let sources = config.sources_of(chosen);
    let (edition, variants) = match digest::next(&ledger, &config.plan(chosen, &sources), setting.now()).await? {
        Next::Unfinished(frozen) => (frozen.edition, frozen.variants),
        Next::Fresh(draft, variants) => {
            say::say_problems(setting, &draft.problems, &variants.main().problems);
            (draft.edition, *variants)
        }
        Next::Nothing(draft, reason) => {
            say::say_problems(setting, &draft.problems, &[]);
            bail!("there is no edition to test with: {reason}");
        }
    };
    let sender = config.sender(ledger.keys().await?);
    let destination = config.open_destination(&setting.environment)?;
    let mut transport = match Transport::open(&destination, None).await {
        Ok(transport) => transport,
        Err(error) => {
            setting.say(chain(&error));
            let later = matches!(error, crate::deliver::Error::Unreachable { .. });
            return Ok(if later { Exit::Later } else { Exit::Failed });
        }
    };
    let mut exit = Exit::Done;
    let mut tested = Vec::new();
    let mut nonce = chrono::Utc::now().timestamp_millis().unsigned_abs();
    for address in args.addresses {
        let reader = ledger.subscriber(&address).await?.unwrap_or_else(|| Subscriber::stranger(address.clone()));
        nonce += 1;
        let parts = variants.of(reader.language.as_deref());
        let message = message::make(&edition, parts, &reader, &sender, Occasion::Sample(nonce))?;
        let (outcome, reply, end) = match transport.deliver(&message, None).await {
            Outcome::Sent(_) => ("sent", None, Exit::Done),
            Outcome::Deferred(reply) => ("deferred", Some(reply.to_string()), Exit::Later),
            Outcome::Unreached(words) | Outcome::Cut(words) => ("not sent", Some(words), Exit::Later),
            Outcome::Bounced(reply) => ("bounced", Some(reply.to_string()), Exit::Failed),
            Outcome::Refused(reply) => ("refused", Some(reply.to_string()), Exit::Failed),
            Outcome::InDoubt(words) => ("in doubt", Some(words), Exit::Person),
        };
        if !setting.json {
            let why = reply.as_ref().map(|reply| format!(": {reply}")).unwrap_or_default();
            print(&format!("{address}: {outcome}{why}\n"))?;
        }
        tested.push(json!({ "email": address.as_str(), "outcome": outcome, "reply": reply }));
        if end != Exit::Done {
            exit = end;
        }
    }
    transport.close().await;
    if setting.json {
        print_json(&json!({ "tested": tested }))?;
    }
    Ok(exit)
}
