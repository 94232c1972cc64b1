//! The command line: what is said before and after the verb.

use std::{ffi::OsString, io::IsTerminal as _, path::PathBuf, process::ExitCode, sync::OnceLock};

use chrono::{DateTime, Utc};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::cmd::{self, Exit, Failure, Invocation};

/// Parses the arguments of the process, logs, runs the verb and prints the error that it ends with.
pub fn run_program() -> ExitCode {
    let cli = Cli::from_arguments();
    // Only our own words: what the libraries log at this level may hold addresses and secrets.
    let filter = Targets::new().with_target("tidings", cli.level());
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(cli.level()).with_ansi(colours);
    if cli.logs_json() {
        log.json().finish().with(filter).init()
    } else {
        log.finish().with(filter).init()
    }
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let environment = environment.filter(|(name, _)| name.starts_with("TIDINGS_")).collect();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    write_errors_kill_nobody(&runtime);
    match runtime.block_on(cli.run(environment)) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            eprintln!("error: {}", failure.diagnostic);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// A write beyond the limit of `ulimit -f` fails like any other write, as soon as somebody listens to its signal.
fn write_errors_kill_nobody(runtime: &tokio::runtime::Runtime) {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        const SIGXFSZ: i32 = 25;
        let _inside = runtime.enter();
        let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ));
    }
}

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
    /// Whatever makes it fail, with its exit code.
    pub async fn run(self, environment: Vec<(String, String)>) -> Result<Exit, Failure> {
        let invocation = Invocation {
            config: self.config,
            digest: self.digest,
            json: self.json,
            quiet: self.quiet,
            now: self.now,
            environment,
            store: OnceLock::new(),
        };
        let ended = run(self.verb, &invocation).await;
        invocation.close_store().await;
        ended
    }
}

async fn run(verb: Verb, invocation: &Invocation) -> Result<Exit, Failure> {
    match verb {
        Verb::Init(args) => cmd::init::run(args, invocation).await,
        Verb::Check(args) => cmd::check::run(args, invocation).await,
        Verb::Explain(args) => cmd::explain::run(args, invocation).await,
        Verb::Preview(args) => cmd::preview::run(args, invocation).await,
        Verb::Test(args) => cmd::test::run(args, invocation).await,
        Verb::Send(args) => cmd::send::run(args, invocation).await,
        Verb::Run(args) => cmd::run::run(args, invocation).await,
        Verb::Render(args) => cmd::render::run(args, invocation),
        Verb::Templates(args) => cmd::templates::run(args, invocation).await,
        Verb::Next(args) => cmd::next::run(args, invocation).await,
        Verb::Editions(args) => cmd::editions::run(args, invocation).await,
        Verb::Subscribers(args) => cmd::subscribers::run(args, invocation).await,
        Verb::Bounce(args) => cmd::bounce::run(args, invocation).await,
        Verb::Status(args) => cmd::status::run(args, invocation).await,
        Verb::Backup(args) => cmd::backup::run(args, invocation).await,
        Verb::Restore(args) => cmd::restore::run(args, invocation).await,
        Verb::Help(args) => cmd::help::run(args, command()),
        Verb::Completions { shell } => completions(shell),
        Verb::Man => man(),
        Verb::Later(later) => Err(Failure::usage(match later {
            Later::Worker(_) => "`worker`: not yet",
        })),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "tidings", &mut script);
    cmd::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page)?;
    cmd::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
