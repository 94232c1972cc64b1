//! `preview`: the next edition as a file, or live in a browser.

use std::{net::IpAddr, path::PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    config,
    diagnostic::Diagnostic,
    digest::{self, Next},
    edition::Edition,
    message::{self, Occasion},
    render::{self, Rendered},
    source::Problem,
    subscriber::{Address, Subscriber},
    teaser::TeaserSource,
    web::live::{Project, preview},
};

use super::{
    edition_output::{print_nothing, warn_of_problems},
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
    output::{count, print, print_json, write},
};

/// Writes the next edition as a file; consumes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The HTML part; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "preview.html")]
    out: PathBuf,
    /// The text part too.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// What the HTML is made from.
    #[arg(long, value_name = "FILE")]
    mjml: Option<PathBuf>,
    /// The whole message, as it goes over the wire.
    #[arg(long, value_name = "FILE")]
    eml: Option<PathBuf>,
    /// Show what this subscriber gets.
    #[arg(long = "as", value_name = "ADDRESS")]
    reader: Option<Address>,
    /// Show it live in a browser, at 127.0.0.1:8788 or there.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, conflicts_with_all = ["out", "text", "mjml", "eml", "reader"])]
    #[expect(clippy::option_option, reason = "the flag may stand alone")]
    serve: Option<Option<String>>,
}

#[derive(Debug, Serialize)]
struct PreviewJson<'a> {
    digest: &'a str,
    subject: &'a str,
    preheader: &'a str,
    posts: Vec<PostJson<'a>>,
    html_bytes: usize,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PostJson<'a> {
    id: &'a str,
    url: Option<&'a url::Url>,
    title: &'a str,
    authors: &'a [String],
    published: Option<DateTime<Utc>>,
    teaser: &'a str,
    teaser_from: TeaserSource,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    if let Some(address) = &args.serve {
        return serve(address.as_deref(), invocation).await;
    }
    check_single_stdout(&args, invocation)?;
    let config = invocation.load_config()?;
    let chosen = invocation.digest(&config)?;
    let store = invocation.open_store(&config).await?;
    let sources = config.sources_of(chosen);
    let plan = config.plan(chosen, &sources);
    if args.reader.is_some() {
        super::subscribers::sync_or_warn(invocation, &config, &store).await?;
    }
    let (edition, variants, problems) = match digest::next(&store, &plan, invocation.now()).await? {
        Next::Unfinished(frozen) => (frozen.edition, frozen.variants, Vec::new()),
        Next::Fresh(draft, variants) => (draft.edition, *variants, draft.problems),
        Next::Nothing(draft, reason) => {
            warn_of_problems(invocation, &draft.problems, &[]);
            print_nothing(invocation, &chosen.name, &reason)?;
            return Ok(Exit::Done);
        }
    };
    let reader = match args.reader.clone() {
        None => Subscriber::sample(),
        Some(address) => store.subscriber(&address).await?.unwrap_or_else(|| Subscriber::stranger(address)),
    };
    let rendered = variants.of(reader.language.as_deref());
    warn_of_problems(invocation, &problems, &rendered.problems);
    let sender = config.sender(store.signing_keys().await?);
    let occasion = Occasion::Sample(0);
    let personal = message::personalise(&edition, rendered, &reader, &sender, occasion);
    write(&args.out, message::inline_images(&edition, &personal.html).as_bytes())?;
    if let Some(path) = &args.text {
        write(path, personal.text.as_bytes())?;
    }
    if let Some(path) = &args.mjml {
        write(path, rendered.mjml.as_bytes())?;
    }
    if let Some(path) = &args.eml {
        write(path, &message::fill_once(&edition, rendered, &reader, &sender, occasion)?.octets)?;
    }
    if invocation.json {
        print_json(&preview_json(&edition, rendered, &personal, &problems))?;
    } else if args.out != std::path::Path::new("-") {
        let (out, subject, posts) = (args.out.display(), &personal.subject, count(edition.posts.len() as i64, "post"));
        let line = format!("{out}: edition {}, “{subject}”, {posts}", edition.number);
        if to_stdout(&args).is_empty() { print(&format!("{line}\n"))? } else { invocation.tell(line) }
    }
    if personal.html.is_empty() {
        return Err(Failure::new("the edition has no HTML part"));
    }
    Ok(Exit::Done)
}

/// The parts that go to standard output.
fn to_stdout(args: &Args) -> Vec<&'static str> {
    let parts = [("--text", &args.text), ("--mjml", &args.mjml), ("--eml", &args.eml)];
    let parts = parts.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?)));
    let stdout = std::path::Path::new("-");
    [("--out", args.out.as_path())]
        .into_iter()
        .chain(parts)
        .filter(|(_, path)| *path == stdout)
        .map(|(f, _)| f)
        .collect()
}

/// Two parts on one stream could not be told apart.
fn check_single_stdout(args: &Args, invocation: &Invocation) -> Result<(), Failure> {
    let mut given = to_stdout(args);
    given.extend(invocation.json.then_some("--json"));
    if given.len() < 2 {
        Ok(())
    } else {
        Err(Failure::usage(format!("{} all want standard output", given.join(" and "))))
    }
}

fn preview_json<'a>(
    edition: &'a Edition,
    rendered: &'a Rendered,
    personal: &'a message::PersonalParts,
    problems: &[Problem],
) -> PreviewJson<'a> {
    let posts = edition.posts.iter().map(|item| PostJson {
        id: item.post.id.as_str(),
        url: item.post.url.as_ref(),
        title: &item.post.title,
        authors: &item.post.authors,
        published: item.post.published,
        teaser: &item.teaser.text,
        teaser_from: item.teaser.from,
    });
    PreviewJson {
        digest: &edition.digest,
        subject: &personal.subject,
        preheader: &rendered.preheader,
        posts: posts.collect(),
        html_bytes: personal.html.len(),
        problems: problems
            .iter()
            .map(Problem::to_string)
            .chain(rendered.problems.iter().map(render::Problem::to_string))
            .collect(),
    }
}

/// Where the page is served where nobody says where.
const DEFAULT_ADDRESS: (&str, u16) = ("127.0.0.1", 8788);

/// Shows the project until it is told to stop. A broken config is no reason to end: the page says what is wrong with it.
pub(super) async fn serve(address: Option<&str>, invocation: &Invocation) -> Result<Exit, Failure> {
    if let Err(missing @ config::Error::Missing(_)) = invocation.load_config() {
        return Err(missing.into());
    }
    let (host, port) = parse_address(address)?;
    let listener = TcpListener::bind((host.as_str(), port)).await.context(
        Diagnostic::new(format!("cannot listen on {host}, port {port}")).hint("`--serve 0` takes a port that is free"),
    )?;
    let bound = listener.local_addr()?;
    if !bound.ip().is_loopback() {
        invocation.tell(format!("warning: whoever reaches {bound} can read the next edition and send tests of it"));
    }
    let shown = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.clone(),
    };
    let url = format!("http://{shown}:{}/", bound.port());
    if invocation.json {
        print_json(&serde_json::json!({ "url": url }))?;
    } else {
        print(&format!("the next edition is at {url}\n"))?;
        invocation.tell("it follows every change of its files; Ctrl-C ends it");
    }
    let project = Project {
        config: invocation.config.clone(),
        digest: invocation.digest.clone(),
        environment: invocation.environment.clone(),
        now: invocation.now,
    };
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let ended = preview(listener, &host, project, stop).await;
    ended.map_err(|error| Failure::new(format!("cannot draw a token: {error}")))?;
    Ok(Exit::Done)
}

/// Reads `PORT`, `HOST`, `HOST:PORT`, `[V6]:PORT`.
fn parse_address(address: Option<&str>) -> Result<(String, u16), Failure> {
    let Some(address) = address else { return Ok((DEFAULT_ADDRESS.0.to_owned(), DEFAULT_ADDRESS.1)) };
    let wrong = || {
        let wrong = Diagnostic::new(format!("`{address}` is no address to serve at"));
        Failure::usage(wrong.hint("write `127.0.0.1:8788`, or a port alone"))
    };
    if let Ok(port) = address.parse() {
        return Ok((DEFAULT_ADDRESS.0.to_owned(), port));
    }
    if let Ok(host) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok((host.to_string(), DEFAULT_ADDRESS.1));
    }
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) => (host.trim_matches(['[', ']']), port.parse().map_err(|_| wrong())?),
        None => (address, DEFAULT_ADDRESS.1),
    };
    let host = if host.is_empty() { DEFAULT_ADDRESS.0 } else { host };
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | ':');
    if host.chars().all(is_name) { Ok((host.to_owned(), port)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: Option<&str>, expect: Option<(&str, u16)>) {
        assert_eq!(parse_address(address).ok(), expect.map(|(host, port)| (host.to_owned(), port)));
    }

    #[test]
    fn places_are_read_as_people_write_them() {
        check(None, Some(("127.0.0.1", 8788)));
        check(Some("0"), Some(("127.0.0.1", 0)));
        check(Some(":9000"), Some(("127.0.0.1", 9000)));
        check(Some("localhost:9000"), Some(("localhost", 9000)));
        check(Some("[::1]:9000"), Some(("::1", 9000)));
        check(Some("::1"), Some(("::1", 8788)));
        check(Some("preview.example"), Some(("preview.example", 8788)));
        check(Some("0.0.0.0:70000"), None);
        check(Some("http://localhost"), None);
        check(Some("a b:1"), None);
    }
}
