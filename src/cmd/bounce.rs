//! `bounce`: what came back.

use std::{
    fs::{self, File},
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
    bounce::{self, Ignored, Report},
    diagnostic::Diagnostic,
    store::{AppliedReport, ReportEffect, Store},
    subscriber::mask,
};

/// Reads a bounce, a complaint or an unsubscription, and does what it asks for.
///
/// A mail that is none of these, or carries no token of ours, is kept for a person in `unread/` beside the store; an
/// automatic answer is not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A mail, or a Maildir, whose mails all are read and stay where they are; standard input where left out.
    file: Option<PathBuf>,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let file = args.file.filter(|file| file != Path::new("-"));
    let Some(file) = file else {
        if io::stdin().is_terminal() {
            return Err(Failure::usage("which mail? name a file or a Maildir, or give the mail on standard input"));
        }
        let mut input = io::stdin().lock();
        let octets = read(&mut input).context("cannot read standard input")?;
        // Who hands the mail in must not find the pipe closed.
        io::copy(&mut input, &mut io::sink()).context("cannot read standard input")?;
        return apply_one(&octets, invocation, &invocation.open_store(&config).await?).await;
    };
    if file.is_dir() {
        return apply_maildir(&file, invocation, &invocation.open_store(&config).await?).await;
    }
    let octets = File::open(&file).and_then(read).context(format!("cannot read `{}`", file.display()))?;
    apply_one(&octets, invocation, &invocation.open_store(&config).await?).await
}

/// Reads as much of a mail as counts.
fn read(mail: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    mail.take(bounce::MAX_OCTETS).read_to_end(&mut octets)?;
    Ok(octets)
}

async fn apply_one(octets: &[u8], invocation: &Invocation, store: &Store) -> Result<Exit, Failure> {
    let (outcome, exit) = apply(octets, None, invocation, store).await?;
    if invocation.json {
        print_json(&json!({ "schema": 1, "reports": [outcome_json(&outcome, None)] }))?;
    }
    Ok(exit)
}

/// Applies every mail of a Maildir, and moves none: a report that is applied again changes nothing more.
async fn apply_maildir(folder: &Path, invocation: &Invocation, store: &Store) -> Result<Exit, Failure> {
    let parts: Vec<PathBuf> =
        ["new", "cur"].map(|part| folder.join(part)).into_iter().filter(|part| part.is_dir()).collect();
    if parts.is_empty() {
        let none = Diagnostic::new(format!("`{}` is no Maildir", folder.display()));
        return Err(Failure::new(none.hint("a Maildir has the folders `new` and `cur`; for one mail name its file")));
    }
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
            let (outcome, one) = apply(&octets, Some(&path), invocation, store).await?;
            exit = if exit == Exit::Done { one } else { exit };
            if invocation.json {
                shown.push(outcome_json(&outcome, Some(&path)));
            }
        }
    }
    if invocation.json {
        print_json(&json!({ "schema": 1, "reports": shown }))?;
    }
    Ok(exit)
}

/// The mails of one folder of a Maildir, the oldest first, as their names begin with their times.
fn mail_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut mails = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') && entry.path().is_file() {
            mails.push(entry.path());
        }
    }
    mails.sort();
    Ok(mails)
}

/// What became of a mail: what it said and did, or why it was ignored.
type Outcome = Result<(Report, AppliedReport), Ignored>;

/// Does what a mail asks for, and tells of it; what only a person understands is kept.
async fn apply(
    octets: &[u8],
    file: Option<&Path>,
    invocation: &Invocation,
    store: &Store,
) -> Result<(Outcome, Exit), Failure> {
    let outcome = match bounce::read(octets, &store.signing_keys().await?) {
        Ok(report) => {
            let applied = store.apply_report(&report, invocation.now()).await?;
            applied.map(|applied| (report, applied)).ok_or(Ignored::NotOurs)
        }
        Err(ignored) => Err(ignored),
    };
    let place = file.map(|file| format!("{}: ", file.display())).unwrap_or_default();
    let mut exit = Exit::Done;
    match &outcome {
        Err(ignored) if ignored.is_for_a_person() => match store.keep_unread(octets) {
            Ok(()) => invocation.tell(format!("{place}kept in `unread/`: {ignored}")),
            Err(error) => {
                invocation.tell(format!("{place}cannot be kept in `unread/`: {error}"));
                exit = Exit::Later;
            }
        },
        Err(ignored) => invocation.tell(format!("{place}ignored: {ignored}")),
        Ok(_) if invocation.json => {}
        Ok((_, applied)) => print(&format!("{place}{}\n", outcome_text(applied)))?,
    }
    Ok((outcome, exit))
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

fn outcome_json(outcome: &Outcome, file: Option<&Path>) -> Value {
    let file = file.map(|file| file.to_string_lossy());
    match outcome {
        Err(ignored) => json!({
            "file": file, "email": null, "report": null,
            "done": if ignored.is_for_a_person() { "kept" } else { "nothing" },
            "reason": ignored.to_string(), "counts": false,
        }),
        Ok((report, applied)) => json!({
            "file": file,
            "email": applied.address.masked(),
            "report": match report {
                Report::Delivery { .. } => "delivery",
                Report::Feedback { .. } => "feedback",
                Report::Unsubscribe(_) => "unsubscribe",
            },
            "done": applied.effect,
            "reason": applied.reply.as_ref().map(|reply| mask(&reply.to_string())),
            "counts": applied.counts,
            "digest": applied.digest,
            "edition": applied.edition,
        }),
    }
}
