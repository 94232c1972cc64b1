//! `send`: freezes the next edition, or goes on with an unfinished one, delivers it, and reports.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    edition_output::{print_nothing, warn_of_problems},
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
    output::{count, write},
    subscribers,
};
use crate::{
    daemon::{self, Answer},
    deliver::Destination,
    diagnostic::Diagnostic,
    diagnostic::error_report,
    digest::{self, Approval, Digest, Next},
    mailing::{self, SendContext, SendReport, StopReason, SubscriberFileError},
    message::{self, Occasion, Sender},
    preflight,
    store::{self, DeliveryCounts, EditionRecord, EditionState, FrozenEdition, PublishOptions, Store},
    subscriber::{Subscriber, mask},
};

/// Freezes the next edition (or goes on with an unfinished one), delivers it, and reports.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Send without the editor's word what waits for it, or is held.
    #[arg(long)]
    approve: bool,
    /// Go on where everything was held, because the store was restored.
    #[arg(long, conflicts_with = "dry_run")]
    resume: bool,
    /// The subscribers file has lost more than half of its rows, and that is meant.
    #[arg(long)]
    yes_fewer: bool,
    /// Take this subject instead of the config's; Tera works in it.
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Exit with 3 where there is nothing new.
    #[arg(long)]
    fail_if_empty: bool,
}

/// What `send --json` and `editions show --json` print.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    schema: u8,
    digest: &'a str,
    edition: i64,
    subject: &'a str,
    posts: usize,
    overflow: usize,
    #[serde(flatten)]
    counts: DeliveryCounts,
    seconds: f64,
}

impl<'a> Summary<'a> {
    /// Sums an edition up.
    pub fn new(frozen: &'a FrozenEdition, counts: DeliveryCounts, took: Duration) -> Self {
        Self {
            schema: 1,
            digest: &frozen.edition.digest,
            edition: frozen.edition.number,
            subject: &frozen.variants.main().subject,
            posts: frozen.edition.posts.len(),
            overflow: frozen.edition.overflow,
            counts,
            seconds: (took.as_secs_f64() * 1_000.0).round() / 1_000.0,
        }
    }
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let started = Instant::now();
    let config = Arc::new(invocation.load_config()?);
    let mut chosen = invocation.digest(&config)?.clone();
    if !args.dry_run && !args.yes && !io::stdin().is_terminal() {
        return Err(Failure::usage(
            Diagnostic::new("nobody is there to confirm").hint("add `--yes`, or `--dry-run` to look first"),
        ));
    }
    if !preflight::offers_unsubscribe(&config) {
        return Err(config.no_unsubscribe_error().into());
    }
    // A password that cannot be had is found before an edition is frozen.
    let destination = (!args.dry_run).then(|| config.open_destination(&invocation.environment)).transpose()?;
    let store = invocation.open_store(&config).await?;
    if args.resume && !daemon::resume(&store, invocation.now()).await? {
        invocation.tell("nothing was held");
    }
    if let Some(why) = daemon::hold_if_restored(&store, invocation.now()).await? {
        invocation.tell(why);
        if !args.dry_run {
            return Ok(Exit::Person);
        }
    }
    if let Err(error) = subscribers::sync(invocation, &config, &store, args.yes_fewer).await {
        let is_unclear = matches!(error, SubscriberFileError::Unclear { .. });
        let failure = Failure::from(error);
        return Err(if is_unclear { Failure { exit: Exit::Person, ..failure } } else { failure });
    }
    let named = args.subject.is_some();
    if args.subject.as_ref().is_some_and(|subject| subject.trim().is_empty()) {
        return Err(Failure::usage("`--subject` says nothing"));
    }
    if let Some(subject) = args.subject {
        chosen.subject = subject;
    }
    let sources = config.sources_of(&chosen);
    let plan = config.plan(&chosen, &sources);
    let sender = config.sender(store.signing_keys().await?);
    let frozen = loop {
        let (draft, variants) = match digest::next(&store, &plan, invocation.now()).await? {
            Next::Unfinished(frozen) => {
                let (number, date) = (frozen.edition.number, frozen.edition.date);
                invocation
                    .tell(format!("going on with edition {number}, frozen {}", date.format("%Y-%m-%d %H:%M UTC")));
                if named {
                    invocation.tell("warning: `--subject` is for a new edition; this one keeps its own");
                }
                break *frozen;
            }
            Next::Nothing(draft, reason) => {
                warn_of_problems(invocation, &draft.problems, &[]);
                return report_nothing(invocation, &store, &chosen, &reason, args.fail_if_empty).await;
            }
            Next::Fresh(draft, variants) => (draft, variants),
        };
        warn_of_problems(invocation, &draft.problems, &variants.main().problems);
        let recipients = store.audience_size(&chosen.name, &chosen.audience).await?;
        if recipients == 0 {
            let reason = "no active subscriber is in the audience";
            return report_nothing(invocation, &store, &chosen, reason, args.fail_if_empty).await;
        }
        let fresh = FrozenEdition { row: 0, edition: draft.edition, variants: *variants, finished: None };
        if let Some(why) = preflight::refusal(&config, &fresh.edition, &fresh.variants, &sender)? {
            return Err(Failure::new(why));
        }
        if args.dry_run {
            let counts = DeliveryCounts { recipients, pending: recipients, ..DeliveryCounts::default() };
            return print_summary(invocation, &fresh, counts, started.elapsed()).map(|()| Exit::Done);
        }
        if !args.yes && !confirm(&fresh, recipients)? {
            invocation.tell("not sent");
            return Ok(Exit::Done);
        }
        let asks = chosen.approval != Approval::None && !args.approve;
        let state = if asks { EditionState::Waiting } else { EditionState::Sending };
        let start = PublishOptions { state, ..PublishOptions::BY_HAND };
        match mailing::publish(&store, fresh.edition, fresh.variants, &chosen.audience, &start).await {
            // A `send` beside this one was faster: theirs is the edition, and this one helps to deliver it.
            Err(store::Error::Overtaken(_)) => {}
            published => break published?,
        }
    };
    let Some(destination) = destination else {
        let counts = store.delivery_counts(frozen.row).await?;
        return print_summary(invocation, &frozen, counts, started.elapsed()).map(|()| Exit::Done);
    };
    // A store that comes back from a copy must be known to be older.
    daemon::update_checkpoint(&store, invocation.now()).await?;
    let standing = store.edition_in_row(frozen.row).await?;
    if let Some(waiting) = standing.filter(|standing| standing.state.is_before_sending()) {
        let context = daemon::Context::new(Arc::clone(&config), store.clone(), invocation.environment.clone().into())?;
        if let Some(exit) = release_waiting(invocation, &context, &chosen, waiting, args.approve).await? {
            let counts = store.delivery_counts(frozen.row).await?;
            print_summary(invocation, &frozen, counts, started.elapsed())?;
            return Ok(exit);
        }
    }
    if let Destination::File(folder) = &destination {
        let page = write_page(folder, &frozen, &sender)?;
        invocation.tell(format!("the edition as a page: {}", page.display()));
    }
    // Another key may sign by now: what went out keeps its Message-IDs.
    let sender = config.sender(store.signing_keys_at(frozen.edition.date).await?);
    let run = SendContext { store: &store, sender: &sender, destination: &destination, limits: &config.limits };
    let report = deliver(invocation, &run, &frozen).await;
    daemon::update_checkpoint(&store, invocation.now()).await?;
    let report = report?;
    print_summary(invocation, &frozen, report.counts, started.elapsed())?;
    Ok(exit_code(invocation, &report))
}

/// Sends an edition on its way that waits for its editor or is held, where it may go; gives how the command ends where
/// it may not.
async fn release_waiting(
    invocation: &Invocation,
    context: &daemon::Context,
    digest: &Digest,
    edition: EditionRecord,
    is_approved: bool,
) -> Result<Option<Exit>, Failure> {
    let (number, row) = (edition.number, edition.row);
    let why = edition.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let is_asked = edition.state == EditionState::Waiting && digest.approval != Approval::None;
    invocation.tell(format!("edition {number} is {}{why}", edition.state.as_str()));
    let (words, exit) = match edition.state {
        _ if is_approved => (None, Exit::Done),
        EditionState::Held => (Some("it waits for a person's word".to_owned()), Exit::Person),
        _ if is_asked => match daemon::editor_answer(context, digest, edition, invocation.now()).await? {
            Answer::NoVeto => (None, Exit::Done),
            Answer::None(deadline) => {
                let until = deadline.map(|at| format!(", or no answer by {}", at.format("%Y-%m-%d %H:%M UTC")));
                let until = until.unwrap_or_default();
                let words = format!("its editor is asked; after their yes{until}, `tidings send` sends it");
                (Some(words), Exit::Person)
            }
            Answer::NotReached { why, is_permanent } => {
                let exit = if is_permanent { Exit::Person } else { Exit::Later };
                (Some(format!("its editor cannot be asked: {}", mask(&why))), exit)
            }
        },
        _ => (None, Exit::Done),
    };
    if let Some(words) = words {
        let name = &digest.name;
        let hint = format!("`tidings --digest {name} send --approve` sends it, `editions veto {number}` stops it");
        invocation.tell(Diagnostic::new(words).hint(hint));
        return Ok(Some(exit));
    }
    let decided = context.store.release(row, invocation.now()).await?;
    if decided.after != EditionState::Sending {
        return Err(Failure::new(format!("edition {number} was {} meanwhile", decided.after.as_str())));
    }
    Ok(None)
}

async fn report_nothing(
    invocation: &Invocation,
    store: &Store,
    digest: &Digest,
    reason: &str,
    fail_if_empty: bool,
) -> Result<Exit, Failure> {
    print_nothing(invocation, &digest.name, reason)?;
    // Of an edition that was stopped nothing goes out any more, whatever its doubts.
    let is_open = |state| !matches!(state, EditionState::Vetoed | EditionState::Cancelled);
    let lines = store.edition_summaries(Some(&digest.name)).await?;
    let held = lines.into_iter().find(|line| line.counts.in_doubt > 0 && is_open(line.state));
    if let Some(line) = held {
        let (doubts, number) = (line.counts.in_doubt, line.edition);
        let doubt = Diagnostic::new(format!("{doubts} deliveries of edition {number} are in doubt"));
        invocation.tell(doubt.hint(format!("`tidings editions show {number}` lists them")));
        return Ok(Exit::Person);
    }
    Ok(if fail_if_empty { Exit::Empty } else { Exit::Done })
}

fn confirm(frozen: &FrozenEdition, recipients: i64) -> Result<bool, Failure> {
    let (number, subject) = (frozen.edition.number, &frozen.variants.main().subject);
    let posts = count(frozen.edition.posts.len() as i64, "post");
    eprint!("Send edition {number}, “{subject}”, {posts}, to {}? [y/N] ", count(recipients, "recipient"));
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Writes the edition as a page beside the messages, for people to look at.
fn write_page(folder: &std::path::Path, frozen: &FrozenEdition, sender: &Sender) -> Result<PathBuf, Failure> {
    let FrozenEdition { edition, variants, .. } = frozen;
    let page = message::personalise(edition, variants.main(), &Subscriber::sample(), sender, Occasion::Sample(0)).html;
    let path = folder.join(format!("{}-{}.html", edition.digest, edition.number));
    write(&path, message::inline_images(edition, &page).as_bytes())?;
    Ok(path)
}

async fn deliver(
    invocation: &Invocation,
    run: &SendContext<'_>,
    frozen: &FrozenEdition,
) -> Result<SendReport, Failure> {
    let before = run.store.delivery_counts(frozen.row).await?;
    let bar = progress_bar(invocation, before.pending + before.deferred);
    let asked = Arc::new(AtomicBool::new(false));
    let watch = watch_signals(Arc::clone(&asked))?;
    let report = mailing::deliver(
        run,
        frozen,
        || invocation.now(),
        |count| {
            bar.inc(count as u64);
            !asked.load(Ordering::Relaxed)
        },
    )
    .await;
    watch.abort();
    bar.finish_and_clear();
    Ok(report?)
}

/// Waits for Ctrl-C or a polite kill: the first ends the run after the messages in flight, the second at once.
fn watch_signals(asked: Arc<AtomicBool>) -> io::Result<tokio::task::JoinHandle<()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        asked.store(true, Ordering::Relaxed);
        eprintln!("ending after the messages in flight; once more ends at once");
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        // What is in flight is in doubt then, as after any other death.
        std::process::exit(Exit::Later as i32);
    }))
}

fn progress_bar(invocation: &Invocation, length: i64) -> ProgressBar {
    if invocation.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {per_sec}  {eta} left");
    ProgressBar::new(length.unsigned_abs()).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Prints what became of an edition.
fn print_summary(
    invocation: &Invocation,
    frozen: &FrozenEdition,
    counts: DeliveryCounts,
    took: Duration,
) -> Result<(), Failure> {
    let summary = Summary::new(frozen, counts, took);
    invocation.print(&summary, summary_text(&summary))
}

/// One sentence: the edition, then each count that is not zero.
pub fn summary_text(summary: &Summary<'_>) -> String {
    let counts = &summary.counts;
    let mut text = format!(
        "edition {} of {}, “{}”: {}{} to {}",
        summary.edition,
        summary.digest,
        summary.subject,
        count(summary.posts as i64, "post"),
        if summary.overflow > 0 { format!(" ({} more did not fit)", summary.overflow) } else { String::new() },
        count(counts.recipients, "recipient")
    );
    for (number, what) in [
        (counts.sent, "sent"),
        (counts.deferred, "deferred"),
        (counts.bounced, "bounced"),
        (counts.skipped, "skipped"),
        (counts.in_doubt, "in doubt"),
        (counts.pending, "pending"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {number} {what}"));
        }
    }
    text
}

/// The exit code that a report deserves.
fn exit_code(invocation: &Invocation, report: &SendReport) -> Exit {
    if let Some(stop) = &report.stopped {
        invocation.tell(error_report(stop));
    }
    if let Some(next) = report.next {
        invocation
            .tell(format!("the next try is due at {}; run `tidings send` again then", next.format("%H:%M:%S UTC")));
    }
    for (words, readers) in &report.alike {
        let alike = Diagnostic::new(format!("{readers} readers bounced in the same words: {}", mask(words)));
        invocation.tell(alike.hint("so many are hardly their own fault: nobody was suppressed for it"));
    }
    let counts = &report.counts;
    match &report.stopped {
        Some(StopReason::Asked) | None => {}
        Some(stop) if stop.is_temporary() => return Exit::Later,
        Some(stop) if stop.is_for_a_person() => return Exit::Person,
        Some(_) => return Exit::Failed,
    }
    let held = counts.in_doubt > 0 && report.next.is_none();
    if held || counts.bounced * 20 > counts.recipients || !report.alike.is_empty() {
        Exit::Person
    } else if counts.pending + counts.deferred + counts.in_doubt > 0 {
        Exit::Later
    } else {
        Exit::Done
    }
}
