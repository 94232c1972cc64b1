//! `bounce`: what came back.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
    output::{print, print_json},
};
use crate::{
    bounce::{self, Report},
    config::Config,
    daemon::{FetchError, Handling, MailFetch, Received, Reception, mail_files},
    diagnostic::Diagnostic,
    store::{AppliedReport, ReportEffect},
    subscriber::mask,
};

/// Reads a bounce, a complaint or a reader's wish to leave, and does what it asks for.
///
/// A mail that is none of these, or carries no token of ours, goes to `bounce.forward` (else `web.alert`), or is kept in
/// `unread/` beside the store; an automatic answer goes nowhere.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A mail, or a Maildir, whose mails all are read and stay where they are; standard input where left out.
    file: Option<PathBuf>,
    /// Fetch what lies in `bounce.mailbox`, and move what is done into `bounce.done_folder`.
    #[arg(long, conflicts_with = "file")]
    fetch: bool,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    if args.fetch {
        return fetch(invocation, &config).await;
    }
    let file = args.file.filter(|file| file != Path::new("-"));
    let Some(file) = file else {
        if io::stdin().is_terminal() {
            return Err(Failure::usage("which mail? name a file or a Maildir, or give the mail on standard input"));
        }
        let mut input = io::stdin().lock();
        let octets = read(&mut input).context("cannot read standard input")?;
        // Who hands the mail in must not find the pipe closed.
        io::copy(&mut input, &mut io::sink()).context("cannot read standard input")?;
        return apply_one(&octets, invocation, &config).await;
    };
    if file.is_dir() {
        return apply_maildir(&file, invocation, &config).await;
    }
    let octets = File::open(&file).and_then(read).context(format!("cannot read `{}`", file.display()))?;
    apply_one(&octets, invocation, &config).await
}

/// Reads as much of a mail as counts.
fn read(mail: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    mail.take(bounce::MAX_OCTETS).read_to_end(&mut octets)?;
    Ok(octets)
}

async fn apply_one(octets: &[u8], invocation: &Invocation, config: &Config) -> Result<Exit, Failure> {
    let store = invocation.open_store(config).await?;
    let reception = Reception { config, store: &store, environment: &invocation.environment };
    let received = reception.receive(octets, invocation.now()).await?;
    let exit = tell(&received, None, invocation)?;
    if invocation.json {
        print_json(&json!({ "schema": 1, "reports": [as_json(&received, None)] }))?;
    }
    Ok(exit)
}

/// Applies every mail of a Maildir, and moves none: a report that is applied again changes nothing more.
async fn apply_maildir(folder: &Path, invocation: &Invocation, config: &Config) -> Result<Exit, Failure> {
    let parts: Vec<PathBuf> =
        ["new", "cur"].map(|part| folder.join(part)).into_iter().filter(|part| part.is_dir()).collect();
    if parts.is_empty() {
        let none = Diagnostic::new(format!("`{}` is no Maildir", folder.display()));
        return Err(Failure::new(none.hint("a Maildir has the folders `new` and `cur`; for one mail name its file")));
    }
    let store = invocation.open_store(config).await?;
    let reception = Reception { config, store: &store, environment: &invocation.environment };
    let (mut shown, mut exit) = (Vec::new(), Exit::Done);
    for part in parts {
        for path in mail_files(&part).context(format!("cannot read `{}`", part.display()))? {
            let octets = match File::open(&path).and_then(read) {
                Ok(octets) => octets,
                // Read and moved, or thrown away, by its mail program in the meantime.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    invocation.tell(format!("warning: cannot read `{}`: {error}", path.display()));
                    exit = Exit::Failed;
                    continue;
                }
            };
            let received = reception.receive(&octets, invocation.now()).await?;
            let one = tell(&received, Some(&path), invocation)?;
            exit = if exit == Exit::Done { one } else { exit };
            if invocation.json {
                shown.push(as_json(&received, Some(&path)));
            }
        }
    }
    if invocation.json {
        print_json(&json!({ "schema": 1, "reports": shown }))?;
    }
    Ok(exit)
}

/// Fetches and applies what lies in the mailbox.
async fn fetch(invocation: &Invocation, config: &Config) -> Result<Exit, Failure> {
    let Some(mailbox) = &config.mailbox else {
        let none = Diagnostic::new("there is no mailbox to fetch from");
        return Err(Failure::new(none.hint("set `bounce.mailbox`, as `imaps://user@host/INBOX` or a Maildir")));
    };
    let store = invocation.open_store(config).await?;
    let reception = Reception { config, store: &store, environment: &invocation.environment };
    let (mut shown, mut exit) = (Vec::new(), Exit::Done);
    let clock = || invocation.now();
    let mut fetch = MailFetch::new(reception, mailbox, &clock);
    let ended = fetch
        .run(&mut |name, received| {
            let place = Path::new(name);
            match tell(received, Some(place), invocation) {
                Ok(one) if exit == Exit::Done => exit = one,
                Ok(_) => {}
                // Who reads along no more does not end the work.
                Err(_) => exit = Exit::Failed,
            }
            if invocation.json {
                shown.push(as_json(received, Some(place)));
            }
            true
        })
        .await;
    if invocation.json {
        print_json(&json!({ "schema": 1, "reports": shown }))?;
    }
    for warning in &fetch.warnings {
        invocation.tell(format!("warning: {warning}"));
    }
    let fetched = match ended {
        // A store that is locked has an exit code of its own.
        Err(FetchError::Store(error)) => return Err(error.into()),
        other => other?,
    };
    if !invocation.json {
        invocation.tell(fetched.to_string());
    }
    Ok(if exit == Exit::Done && fetched.left > 0 { Exit::Later } else { exit })
}

/// Tells what became of a mail.
fn tell(received: &Received, file: Option<&Path>, invocation: &Invocation) -> Result<Exit, Failure> {
    let place = file.map(|file| format!("{}: ", file.display())).unwrap_or_default();
    match (&received.outcome, &received.handling) {
        (Ok(_), _) if invocation.json => {}
        (Ok((_, applied)), handling) => {
            let told = if matches!(handling, Handling::Confirmed) { ", and is told so" } else { "" };
            print(&format!("{place}{}{told}\n", outcome_text(applied)))?;
        }
        (Err(ignored), Handling::NotKept(error)) => {
            invocation.tell(format!("{place}cannot be kept in `unread/`: {error} ({ignored})"));
            return Ok(Exit::Later);
        }
        (Err(ignored), Handling::Kept(None)) => invocation.tell(format!("{place}kept in `unread/`: {ignored}")),
        (Err(ignored), Handling::Kept(Some(why))) => {
            invocation.tell(format!("{place}kept in `unread/`: {ignored}; it could not be forwarded: {why}"));
        }
        (Err(ignored), Handling::Forwarded) => invocation.tell(format!("{place}forwarded to a person: {ignored}")),
        (Err(ignored), _) => invocation.tell(format!("{place}ignored: {ignored}")),
    }
    Ok(Exit::Done)
}

fn outcome_text(applied: &AppliedReport) -> String {
    let (who, digest) = (applied.address.masked(), &applied.digest);
    let what = applied.edition.map_or(format!("`{digest}`"), |edition| format!("edition {edition} of `{digest}`"));
    let said = applied.reply.as_ref().map(|reply| format!(": {}", mask(&reply.to_string()))).unwrap_or_default();
    match applied.effect {
        ReportEffect::Nothing => format!("{what} to {who}: nothing changes"),
        ReportEffect::Noted => format!("{what} to {who} is delayed{said}"),
        ReportEffect::Bounced => format!("{what} to {who} bounced{said}"),
        ReportEffect::Unsubscribed => format!("{who} left `{digest}`"),
        ReportEffect::Suppressed => format!("{what} to {who}: no mail goes there any more{said}"),
    }
}

fn as_json(received: &Received, file: Option<&Path>) -> Value {
    let file = file.map(|file| file.to_string_lossy());
    match &received.outcome {
        Err(ignored) => json!({
            "file": file, "email": null, "report": null,
            "done": match received.handling {
                Handling::Kept(_) => "kept",
                Handling::Forwarded => "forwarded",
                _ => "nothing",
            },
            "reason": ignored.to_string(), "counts": false,
        }),
        Ok((report, applied)) => json!({
            "file": file,
            "email": applied.address.masked(),
            "report": match report {
                Report::Delivery { .. } => "delivery",
                Report::Feedback { .. } => "feedback",
                Report::Unsubscribe { .. } => "unsubscribe",
            },
            "done": applied.effect,
            "reason": applied.reply.as_ref().map(|reply| mask(&reply.to_string())),
            "counts": applied.counts,
            "digest": applied.digest,
            "edition": applied.edition,
        }),
    }
}
