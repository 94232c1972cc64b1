//! `check`: everything that can be known to be wrong before an edition goes out.

use comfy_table::ContentArrangement;
use serde_json::json;

use super::{Exit, Setting, count, print, print_json, subscribers, table};
use crate::{
    digest::Digest,
    lint::{Level, Row},
    mailing::RosterError,
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
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let config = setting.load()?;
    let store = setting.open(&config).await?;
    let mut rows = preflight::of_project(&config, &setting.environment);
    rows.extend(preflight::of_clock(&config, setting.now()));
    match subscribers::sync(setting, &config, &store).await {
        Ok(bad) => rows.extend(bad.iter().map(|bad| preflight::of_subscriber(&config, bad))),
        Err(error) => match error.downcast_ref::<RosterError>() {
            Some(unread @ RosterError::Read { .. }) => rows.push(preflight::of_roster(&config, unread)),
            _ => return Err(error),
        },
    }
    let digests: Vec<&Digest> = match &setting.digest {
        Some(_) => vec![setting.choose(&config)?],
        None => config.digests.values().collect(),
    };
    let mut nexts = Vec::new();
    for chosen in digests {
        let (found, next) = preflight::of_digest(&config, chosen, &store, setting.now()).await?;
        // Digests share templates and posts: one fault, one row.
        for row in found {
            if row.level == Level::Ok || !rows.contains(&row) {
                rows.push(row);
            }
        }
        nexts.extend(next.map(|next| (chosen, next)));
    }
    if args.online {
        rows.extend(preflight::online(&config, &setting.environment, &nexts).await);
    }
    let worst = preflight::worst(&rows);
    if setting.json {
        print_json(&json!({ "rows": rows }))?;
    } else {
        let records = config.signers.iter().map(|signer| format!("to publish: {}\n", signer.zone_line()));
        print(&format!("{}{}\n", records.collect::<String>(), shown(&rows)))?;
    }
    let allowed = if args.strict { Level::Ok } else { Level::Warning };
    Ok(if worst > allowed { Exit::Faulty } else { Exit::Done })
}

/// Faults first, each with its place and how to mend it below; what holds in one line.
fn shown(rows: &[Row]) -> String {
    let mut faults: Vec<&Row> = rows.iter().filter(|row| row.level != Level::Ok).collect();
    faults.sort_by_key(|row| std::cmp::Reverse(row.level));
    let mut shown = table(&[]);
    // Where nobody looks at a terminal, lines stay whole, so that they can be searched.
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
        shown.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for row in &faults {
        let level = if row.level == Level::Error { "error" } else { "warning" };
        let (place, hint) = (row.place.as_deref().unwrap_or(""), row.hint.as_deref().unwrap_or(""));
        shown.add_row([level, row.rule, &format!("{}\n--> {place}\nhint: {hint}", row.message)]);
    }
    let held = rows.len() - faults.len();
    let of = |level| faults.iter().filter(|row| row.level == level).count() as i64;
    let (warnings, errors) = (count(of(Level::Warning), "warning"), count(of(Level::Error), "error"));
    let sum = format!("{held} checks hold, {warnings}, {errors}");
    if faults.is_empty() { sum } else { format!("{}\n\n{sum}", shown.trim_fmt()) }
}
