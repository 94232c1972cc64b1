//! `help`: the commands and the pages of the guide, in the terminal.

use std::io::{self, IsTerminal as _};

use clap::Command;

use super::{
    exit::{Exit, Failure},
    markdown,
    output::print,
};
use crate::{diagnostic::Diagnostic, guide::PAGES};

/// A terminal that is wider than this gets no longer lines: columns.
const MAX_WIDTH: usize = 100;

/// Where the output is no terminal: columns.
const USUAL_WIDTH: usize = 80;

/// So many names are offered for one that is unknown.
const MAX_NAMES: usize = 3;

/// Shows the help of a command, or a page of the guide.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A command, as `send` or `editions show`, or a page of the guide, as `selection`; all are listed where it is
    /// left out.
    topic: Vec<String>,
}

/// Runs the command; `program` is the whole command line.
pub fn run(args: Args, mut program: Command) -> Result<Exit, Failure> {
    program.build();
    let terminal = io::stdout().is_terminal();
    let width = terminal_size::terminal_size().filter(|_| terminal).map_or(USUAL_WIDTH, |(width, _)| width.0.into());
    let width = width.min(MAX_WIDTH);
    let is_styled = terminal && std::env::var_os("NO_COLOR").is_none();
    if args.topic.is_empty() {
        print(&contents(&program))?;
        return Ok(Exit::Done);
    }
    let command = args.topic.iter().try_fold(&mut program, |command, name| command.find_subcommand_mut(name));
    let command = command.map(|command| command.render_long_help());
    let page = PAGES.iter().find(|page| args.topic == [page.name]);
    let page = page.map(|page| markdown::lay_out(page.text, width, is_styled));
    let command = command.map(|help| if is_styled { help.ansi().to_string() } else { help.to_string() });
    let parts: Vec<String> = command.into_iter().chain(page).collect();
    if parts.is_empty() {
        return Err(unknown(&args.topic.join(" "), &program));
    }
    print(&format!("{}\n", parts.join("\n").trim_end()))?;
    Ok(Exit::Done)
}

/// What there is: name and line of each command, then of each page.
fn topics(program: &Command) -> [(&'static str, Vec<(String, String)>); 2] {
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let commands = commands.map(|command| (command.get_name().to_owned(), about(command))).collect();
    let pages = PAGES.iter().map(|page| (page.name.to_owned(), page.title().to_owned())).collect();
    [("Commands", commands), ("Guide", pages)]
}

fn contents(program: &Command) -> String {
    let mut lines = String::new();
    for (heading, topics) in topics(program) {
        lines.push_str(&format!("{heading}:\n"));
        for (name, about) in topics {
            lines.push_str(&format!("  {name:<12} {about}\n"));
        }
        lines.push('\n');
    }
    lines + "`tidings help TOPIC` shows one of them.\n"
}

fn unknown(topic: &str, program: &Command) -> Failure {
    let names = topics(program).into_iter().flat_map(|(_, topics)| topics).map(|(name, _)| name);
    let distances = names.map(|name| (strsim::damerau_levenshtein(topic, &name), name));
    let mut near: Vec<_> = distances.filter(|(distance, name)| *distance <= 1 + name.len() / 4).collect();
    near.sort();
    near.dedup();
    let near: Vec<String> = near.into_iter().take(MAX_NAMES).map(|(_, name)| format!("`{name}`")).collect();
    let hint = if near.is_empty() {
        "`tidings help` lists all topics".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Failure::usage(Diagnostic::new(format!("there is no help on `{topic}`")).hint(hint))
}
