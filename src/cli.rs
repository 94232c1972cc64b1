//! The command line: what is said before and after the verb.

use std::{ffi::OsString, path::PathBuf, sync::OnceLock};

use chrono::{DateTime, Utc};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{
    cmd::{self, Exit, Setting, Usage},
    config, digest, mailing, render, store,
};

/// Builds e-mail digests: gathers posts, selects some, lays them out, and sends them.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// The config.
    #[arg(long, global = true, value_name = "FILE", default_value = "tidings.toml")]
    config: PathBuf,
    /// Which digest, where there are several.
    #[arg(long, global = true, value_name = "NAME")]
    digest: Option<String>,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Say less.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more; twice for still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Take this for the present.
    #[arg(long, global = true, value_name = "RFC3339", env = "TIDINGS_NOW")]
    now: Option<DateTime<Utc>>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(cmd::init::Args),
    Check(cmd::check::Args),
    Explain(cmd::explain::Args),
    Preview(cmd::preview::Args),
    Test(cmd::test::Args),
    Send(cmd::send::Args),
    Run(cmd::run::Args),
    Render(cmd::render::Args),
    Templates(cmd::templates::Args),
    Next(cmd::next::Args),
    Editions(cmd::editions::Args),
    Subscribers(cmd::subscribers::Args),
    Bounce(cmd::bounce::Args),
    Status(cmd::status::Args),
    Backup(cmd::backup::Args),
    Restore(cmd::restore::Args),
    Help(cmd::help::Args),
    /// Writes the completions of a shell.
    Completions {
        /// Which.
        shell: clap_complete::Shell,
    },
    /// Writes the manual page.
    Man,
    #[command(flatten)]
    Later(Later),
}

/// The whole command line. The program's `help` is ours; `editions help` and the like are clap's.
fn command() -> clap::Command {
    Cli::command().mut_subcommands(|verb| match verb.has_subcommands() {
        true => verb.defer(|verb| verb.disable_help_subcommand(false)),
        false => verb,
    })
}

/// Verbs that will come.
#[derive(Debug, Subcommand)]
enum Later {
    /// Delivery only: not yet.
    #[command(hide = true)]
    Worker(Rest),
}

/// Whatever follows.
#[derive(Debug, clap::Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<OsString>,
}

impl Cli {
    /// Reads the arguments of the process; ends it where they are wrong, or ask for help.
    pub fn from_arguments() -> Self {
        let read = Self::from_arg_matches(&command().get_matches());
        read.unwrap_or_else(|error| error.format(&mut command()).exit())
    }

    /// How much the log says; a daemon has nothing else to say.
    pub fn level(&self) -> tracing::Level {
        match (self.quiet, self.verbose) {
            (true, _) => tracing::Level::ERROR,
            (_, 0) if !matches!(self.verb, Verb::Run(_)) => tracing::Level::WARN,
            (_, 0 | 1) => tracing::Level::INFO,
            (_, 2) => tracing::Level::DEBUG,
            (_, _) => tracing::Level::TRACE,
        }
    }

    /// Whether each line of the log is a JSON object.
    pub fn logs_json(&self) -> bool {
        self.json && matches!(self.verb, Verb::Run(_))
    }

    /// Runs the verb.
    ///
    /// # Errors
    /// Whatever makes it fail; [`exit_code`] gives the number.
    pub async fn run(self, environment: Vec<(String, String)>) -> anyhow::Result<Exit> {
        let setting = Setting {
            config: self.config,
            digest: self.digest,
            json: self.json,
            quiet: self.quiet,
            now: self.now,
            environment,
            store: OnceLock::new(),
        };
        let ended = run(self.verb, &setting).await;
        setting.close().await;
        ended
    }
}

async fn run(verb: Verb, setting: &Setting) -> anyhow::Result<Exit> {
    match verb {
        Verb::Init(args) => cmd::init::run(args, setting),
        Verb::Check(args) => cmd::check::run(args, setting).await,
        Verb::Explain(args) => cmd::explain::run(args, setting).await,
        Verb::Preview(args) => cmd::preview::run(args, setting).await,
        Verb::Test(args) => cmd::test::run(args, setting).await,
        Verb::Send(args) => cmd::send::run(args, setting).await,
        Verb::Run(args) => cmd::run::run(args, setting).await,
        Verb::Render(args) => cmd::render::run(args, setting),
        Verb::Templates(args) => cmd::templates::run(args, setting).await,
        Verb::Next(args) => cmd::next::run(args, setting).await,
        Verb::Editions(args) => cmd::editions::run(args, setting).await,
        Verb::Subscribers(args) => cmd::subscribers::run(args, setting).await,
        Verb::Bounce(args) => cmd::bounce::run(args, setting).await,
        Verb::Status(args) => cmd::status::run(args, setting).await,
        Verb::Backup(args) => cmd::backup::run(args, setting).await,
        Verb::Restore(args) => cmd::restore::run(args, setting).await,
        Verb::Help(args) => cmd::help::run(args, command()),
        Verb::Completions { shell } => completions(shell),
        Verb::Man => man(),
        Verb::Later(later) => Err(cmd::not_yet(match later {
            Later::Worker(_) => "worker",
        })),
    }
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "tidings", &mut script);
    cmd::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

fn man() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page)?;
    cmd::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

/// The exit code of a failure.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<Usage>() {
            return 2;
        }
        if cause.is::<config::Error>() {
            return 78;
        }
        // An error that another one shows as its own does not stand in the chain.
        let store = match cause.downcast_ref() {
            Some(digest::Error::Render(render::Error::Key(_))) => return 78,
            Some(digest::Error::Store(error)) => Some(error),
            _ => match cause.downcast_ref() {
                Some(mailing::RosterError::Store(error)) => Some(error),
                _ => cause.downcast_ref(),
            },
        };
        if store.is_some_and(store::Error::is_locked) {
            return Exit::Later as u8;
        }
    }
    Exit::Failed as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_exit_code_however_deep_it_lies() {
        let locked = || store::Error::Locked("tidings.db".into());
        assert_eq!(exit_code(&locked().into()), 75);
        assert_eq!(exit_code(&digest::Error::Store(locked()).into()), 75);
        assert_eq!(exit_code(&anyhow::Error::from(locked()).context("while reading")), 75);
        let subject = render::Error::Key("digest.weekly.subject:1:1: no".to_owned());
        assert_eq!(exit_code(&digest::Error::Render(subject).into()), 78);
        let template = render::Error::Template("templates/classic.mjml:1:1: no".to_owned());
        assert_eq!(exit_code(&digest::Error::Render(template).into()), 1);
        assert_eq!(exit_code(&Usage("no".to_owned()).into()), 2);
    }
}
