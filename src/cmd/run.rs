//! `run`: what is due is done, and the pages behind a mail's links are served, until somebody ends it.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, watch},
};

use super::{
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
};
use crate::{
    config::Config,
    daemon::{self, Clock, Command, Context, Notifier, Supervisor},
    diagnostic::Diagnostic,
    render,
    web::{
        public::{Site, ask_sns_over_https, router},
        serve,
    },
};

/// Looks after all digests: makes, asks, sends and serves what is due, until it is ended.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only serve the pages; for those who send by cron.
    #[arg(long)]
    web_only: bool,
    /// Go on where everything was held, because the store was restored or the clock set back.
    #[arg(long, conflicts_with = "web_only")]
    resume: bool,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    if invocation.digest.is_some() {
        return Err(Failure::usage("`run` looks after every digest of the config"));
    }
    let config = Arc::new(with_templates_read(invocation.load_config()?)?);
    let store = invocation.open_store(&config).await?;
    if args.resume && !daemon::resume(&store, invocation.now()).await? {
        invocation.tell("nothing was held");
    }
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(error) if args.resume && error.kind() == io::ErrorKind::AddrInUse && store.has_live_owner() => {
            invocation.tell("the daemon that is running goes on with its next look");
            return Ok(Exit::Done);
        }
        Err(error) => {
            let what = Diagnostic::new(format!("cannot listen on {}", config.listen));
            return Err(error).context(what.hint("set `web.listen`, or end what listens there"));
        }
    };
    tracing::info!(address = %listener.local_addr()?, "listening");
    let notifier = Arc::new(Notifier::from_environment());
    let signals = Signals::new()?;
    let fixed = invocation.now;
    let clock: Clock = Arc::new(move || fixed.unwrap_or_else(chrono::Utc::now));
    let (configs, current) = watch::channel(Arc::clone(&config));
    let (end, ended) = watch::channel(false);
    let ask_sns = ask_sns_over_https();
    let site = Site { config: current, store: store.clone(), clock: Arc::clone(&clock), ask_sns };
    let mut stopped = ended.clone();
    let server = tokio::spawn(serve(listener, router(site), async move {
        let _ = stopped.wait_for(|ended| *ended).await;
    }));
    let (sender, commands) = mpsc::channel(4);
    let listening = tokio::spawn(handle_signals(signals, invocation.clone(), configs, sender, Arc::clone(&notifier)));
    if args.web_only {
        notifier.ready();
        wait_for_stop(commands, &notifier).await;
    } else {
        let context = Context::new(config, store, invocation.environment.clone().into())?;
        let digests = context.config.digests.len();
        let supervisor = Supervisor::new(context, clock).await?;
        tracing::info!(digests, "looking after the digests");
        notifier.ready();
        supervisor.run(commands, &notifier).await;
    }
    let _ = end.send(true);
    let _ = server.await;
    listening.abort();
    tracing::info!("ended");
    Ok(Exit::Done)
}

/// What the system tells a service.
struct Signals {
    end: [Signal; 2],
    reload: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let end = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
        Ok(Self { end, reload: signal(SignalKind::hangup())? })
    }
}

/// Passes on what the system says: the first time that it asks for the end, what is in flight ends; the second time
/// all ends at once, and what is in flight is in doubt, as after any other death.
async fn handle_signals(
    signals: Signals,
    invocation: Invocation,
    configs: watch::Sender<Arc<Config>>,
    commands: mpsc::Sender<Command>,
    notifier: Arc<Notifier>,
) {
    let Signals { end: [mut terminate, mut interrupt], mut reload } = signals;
    let mut asked = None;
    loop {
        tokio::select! {
            _ = reload.recv() => {
                notifier.reloading();
                match reload_config(&invocation, &configs) {
                    Ok(config) => {
                        configs.send_replace(Arc::clone(&config));
                        let _ = commands.send(Command::Reload(config)).await;
                    }
                    Err(Failure { diagnostic, .. }) => {
                        tracing::error!("the config is refused, the old one stays: {diagnostic}");
                    }
                }
                notifier.ready();
            }
            () = async { tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} } } => {
                match asked {
                    None => asked = Some(Instant::now()),
                    Some(first) if is_same_request(first, Instant::now()) => continue,
                    Some(_) => std::process::exit(Exit::Later as i32),
                }
                tracing::info!("ending after what is in flight; once more ends at once");
                let _ = commands.send(Command::Stop).await;
            }
        }
    }
}

/// Who ends a group of processes and each of them asks twice at once, and means the same.
fn is_same_request(first: Instant, now: Instant) -> bool {
    now.duration_since(first) < Duration::from_secs(1)
}

/// Reads the config and the templates again; with a fault in either, both stay as they were.
fn reload_config(invocation: &Invocation, configs: &watch::Sender<Arc<Config>>) -> Result<Arc<Config>, Failure> {
    let config = invocation.load_config()?;
    let old = Arc::clone(&configs.borrow());
    if config.store != old.store {
        return Err(Failure::new(Diagnostic::new("`store.url` is another").hint("end the daemon and start it again")));
    }
    let config = with_templates_read(config)?;
    if config.listen != old.listen {
        tracing::warn!("`web.listen` is another, which takes effect at the next start");
    }
    Ok(Arc::new(config))
}

/// Takes the templates as they are now for all editions until the next reload.
fn with_templates_read(mut config: Config) -> Result<Config, render::Error> {
    let names: Vec<&str> = config.digests.values().map(|digest| digest.template.as_str()).collect();
    config.templates = config.templates.read_now(&names)?;
    Ok(config)
}

/// Waits for the end; the pages look at the config themselves.
async fn wait_for_stop(mut commands: mpsc::Receiver<Command>, notifier: &Notifier) {
    loop {
        let command = match notifier.watchdog_interval() {
            None => commands.recv().await,
            Some(every) => match tokio::time::timeout(every, commands.recv()).await {
                Ok(command) => command,
                Err(_) => {
                    notifier.keep_alive();
                    continue;
                }
            },
        };
        if let None | Some(Command::Stop) = command {
            notifier.stopping();
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asked_twice_within_a_second_is_asked_once() {
        let first = Instant::now();
        for (milliseconds, same) in [(0, true), (999, true), (1_000, false), (60_000, false)] {
            assert_eq!(is_same_request(first, first + Duration::from_millis(milliseconds)), same);
        }
    }
}
