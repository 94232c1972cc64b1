//! The binary: parse, log, dispatch, print the error, exit.

use std::{io::IsTerminal as _, process::ExitCode};

use tidings::cli::Cli;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

fn main() -> ExitCode {
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
    match runtime.block_on(cli.run(environment)) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            eprintln!("error: {}", failure.diagnostic);
            ExitCode::from(failure.exit as u8)
        }
    }
}
