//! `test`: the next edition to a few addresses; consumes nothing.

use serde_json::json;

use super::{
    edition_output::warn_of_problems,
    exit::{Exit, Failure},
    invocation::Invocation,
    output::{print, print_json},
    subscribers,
};
use crate::{
    deliver,
    diagnostic::error_report,
    digest::{self, Next},
    mailing::{self, TestOutcome, TestSendError},
    subscriber::Address,
};

/// Sends the next edition to these addresses, subscribers or not; consumes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where it goes.
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<Address>,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let chosen = invocation.digest(&config)?;
    let store = invocation.open_store(&config).await?;
    subscribers::sync_or_warn(invocation, &config, &store).await?;
    let sources = config.sources_of(chosen);
    let (edition, variants) = match digest::next(&store, &config.plan(chosen, &sources), invocation.now()).await? {
        Next::Unfinished(frozen) => (frozen.edition, frozen.variants),
        Next::Fresh(draft, variants) => {
            warn_of_problems(invocation, &draft.problems, &variants.main().problems);
            (draft.edition, *variants)
        }
        Next::Nothing(draft, reason) => {
            warn_of_problems(invocation, &draft.problems, &[]);
            return Err(Failure::new(format!("there is no edition to test with: {reason}")));
        }
    };
    let sender = config.sender(store.signing_keys().await?);
    let destination = config.open_destination(&invocation.environment)?;
    let nonce = chrono::Utc::now().timestamp_millis().unsigned_abs();
    let sent = mailing::send_test(&store, (&edition, &variants), &sender, &destination, &args.addresses, nonce).await;
    let tested = match sent {
        Ok(tested) => tested,
        Err(TestSendError::Deliver(error)) => {
            invocation.tell(error_report(&error));
            let later = matches!(error, deliver::Error::Unreachable { .. });
            return Ok(if later { Exit::Later } else { Exit::Failed });
        }
        // What another error shows as its own does not stand in the chain that decides the exit code.
        Err(TestSendError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(error.into()),
    };
    let mut exit = Exit::Done;
    for test in &tested {
        exit = match test.outcome {
            TestOutcome::Sent => exit,
            TestOutcome::Deferred | TestOutcome::NotSent => Exit::Later,
            TestOutcome::Bounced | TestOutcome::Refused => Exit::Failed,
            TestOutcome::InDoubt => Exit::Person,
        };
        if !invocation.json {
            let why = test.reply.as_ref().map(|reply| format!(": {reply}")).unwrap_or_default();
            print(&format!("{}: {}{why}\n", test.email, test.outcome.as_str()))?;
        }
    }
    if invocation.json {
        print_json(&json!({ "tested": tested }))?;
    }
    Ok(exit)
}
