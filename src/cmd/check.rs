//! `check`: everything that can be known to be wrong before an edition goes out.

use comfy_table::ContentArrangement;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::{count, print, print_json, table},
    subscribers,
};
use crate::{
    diagnostic::Diagnostic,
    digest::{Digest, Next},
    lint::{Level, Row},
    mailing::SubscriberFileError,
    preflight,
};

/// Checks the config, the sources, the templates, the selection, and the next edition's message.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask DNS, log in at the relay, follow the edition's links and call the page for those who leave, too.
    #[arg(long)]
    online: bool,
    /// Warnings are errors.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    let mut rows = preflight::check_project(&config, &invocation.environment);
    rows.extend(preflight::check_time_zone_data(&config, invocation.now()));
    match subscribers::sync(invocation, &config, &store, false).await {
        Ok(bad) => rows.extend(bad.iter().map(|bad| preflight::bad_subscriber_row(&config, bad))),
        Err(SubscriberFileError::Store(error)) => return Err(error.into()),
        Err(unread) => rows.push(preflight::subscribers_file_row(&config, &unread)),
    }
    let mut nexts = Vec::new();
    for chosen in invocation.digests(&config)? {
        let (found, next) = preflight::check_digest(&config, chosen, &store, invocation.now()).await?;
        // Digests share templates and posts: one fault, one row.
        for row in found {
            if row.level == Level::Ok || !rows.contains(&row) {
                rows.push(row);
            }
        }
        nexts.extend(next.map(|next| (chosen, next)));
    }
    if args.online {
        rows.extend(preflight::online(&config, &invocation.environment, &nexts).await);
    }
    let worst_level = preflight::worst_level(&rows);
    if invocation.json {
        let overflow = |(_, next): &(&Digest, Next)| match next {
            Next::Unfinished(frozen) => frozen.edition.overflow,
            Next::Fresh(draft, _) | Next::Nothing(draft, _) => draft.edition.overflow,
        };
        let overflow: usize = nexts.iter().map(overflow).sum();
        print_json(&json!({ "rows": rows, "overflow": overflow }))?;
    } else {
        let records = config.signers.iter().map(|signer| format!("to publish: {}\n", signer.zone_line()));
        print(&format!("{}{}\n", records.collect::<String>(), rows_text(&rows)))?;
    }
    let allowed = if args.strict { Level::Ok } else { Level::Warning };
    Ok(if worst_level > allowed { Exit::Faulty } else { Exit::Done })
}

/// Faults first, each with its place and how to mend it below; what holds in one line.
fn rows_text(rows: &[Row]) -> String {
    let mut faults: Vec<&Row> = rows.iter().filter(|row| row.level != Level::Ok).collect();
    faults.sort_by_key(|row| std::cmp::Reverse(row.level));
    let mut shown = table(&[]);
    // Where nobody looks at a terminal, lines stay whole, so that they can be searched.
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
        shown.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for row in &faults {
        let level = if row.level == Level::Error { "error" } else { "warning" };
        let Diagnostic { message, place, hint, .. } = &row.diagnostic;
        let (place, hint) = (place.clone().unwrap_or_default(), hint.as_deref().unwrap_or(""));
        shown.add_row([level, row.rule, &format!("{message}\n--> {place}\nhint: {hint}")]);
    }
    let held = rows.len() - faults.len();
    let of = |level| faults.iter().filter(|row| row.level == level).count() as i64;
    let (warnings, errors) = (count(of(Level::Warning), "warning"), count(of(Level::Error), "error"));
    let sum = format!("{held} checks hold, {warnings}, {errors}");
    if faults.is_empty() { sum } else { format!("{}\n\n{sum}", shown.trim_fmt()) }
}
