//! `preview --serve`: the next edition live in a browser.

use std::net::IpAddr;

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
    output::{print, print_json},
};
use crate::{
    config,
    diagnostic::Diagnostic,
    web::live::{Project, preview},
};

/// Where the page is served where nobody says where.
const DEFAULT_ADDRESS: (&str, u16) = ("127.0.0.1", 8788);

/// Shows the project until it is told to stop. A broken config is no reason to end: the page says what is wrong with it.
pub(super) async fn run(address: Option<&str>, invocation: &Invocation) -> Result<Exit, Failure> {
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
