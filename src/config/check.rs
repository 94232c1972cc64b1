//! What in the tables goes together, and what follows from it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use url::Url;

use super::{
    Config, Login,
    diagnostic::{Diagnostic, Document},
    digests::digests,
    dkim,
    file::{self, File, Smtp, SourceTable},
    llm::llm,
    secret::Secret,
    way::{Step, at},
};
use crate::{
    deliver::{Destination, Limits, Relay, Tls},
    lint::{Client, Clients},
    message,
    source::{Kind, Location, Source, fetch},
    subscriber,
};

/// What `web.listen` is where it is left out.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);

/// Makes the config of the tables, or says what in them does not go together.
pub(super) fn check(file: File, document: &Document<'_>) -> Result<Config, Diagnostic> {
    let root = match document.path().parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mailboxes = [("from", Some(&file.publication.from)), ("reply_to", file.publication.reply_to.as_ref())];
    for (key, mailbox) in mailboxes {
        if let Some(Err(error)) = mailbox.map(|text| message::mailbox(text)) {
            let fault = document.value(&at(&["publication", key]), error.to_string());
            return Err(fault.hint("write `Name <name@domain>`"));
        }
    }
    if !subscriber::is_language(&file.publication.language) {
        let fault = document.value(&at(&["publication", "language"]), "`publication.language` is no language tag");
        return Err(fault.hint("write it as `en` or `pt-BR` (BCP 47)"));
    }
    if let Some(Err(error)) = file.smtp.return_path.as_deref().map(message::check_return_path) {
        let fault = document.value(&at(&["smtp", "return_path"]), error.to_string());
        return Err(fault.hint("write it as `bounce+{{ token }}@domain`, or leave the token out"));
    }
    if file.publication.name.trim().is_empty() {
        return Err(document.value(&at(&["publication", "name"]), "`publication.name` says nothing"));
    }
    let sources = sources(file.source, root, document)?;
    let llm = file.llm.map(|table| llm(table, root, document)).transpose()?;
    let digests = digests(file.digest, &sources, llm.is_some(), file.publication.timezone, root, document)?;
    for (key, url) in [("public_url", &file.web.public_url), ("ping", &file.web.ping)] {
        if url.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
            let fault = document.value(&at(&["web", key]), format!("`web.{key}` is no web address"));
            return Err(fault.hint("it begins with https://"));
        }
    }
    let (destination, login) = destination(&file.smtp, root, document)?;
    if matches!(destination, Destination::Smtp(_)) && file.smtp.username.is_some() && file.smtp.tls == Some(Tls::None) {
        let fault = document.value(&at(&["smtp", "tls"]), "a password never goes over an open connection");
        return Err(fault.hint("take `tls = \"required\"`, or leave `username` out"));
    }
    let defaults = (Limits::default(), fetch::Limits::default());
    if file.smtp.connections == Some(0) {
        return Err(document.value(&at(&["smtp", "connections"]), "`smtp.connections` must be at least 1"));
    }
    let templates = Some(root.join("templates")).filter(|folder| folder.is_dir());
    Ok(Config {
        path: document.path().to_owned(),
        root: root.to_owned(),
        publication: file.publication,
        sources,
        digests,
        destination,
        login,
        limits: Limits {
            connections: file.smtp.connections.map_or(defaults.0.connections, usize::from),
            rate: file.smtp.rate,
            retry: file
                .smtp
                .retry
                .map_or(defaults.0.retry, |waits| waits.into_iter().map(humantime_serde::Serde::into_inner).collect()),
            in_doubt: file.smtp.in_doubt.unwrap_or(defaults.0.in_doubt),
        },
        return_path: file.smtp.return_path,
        signers: dkim::signers(&file.dkim, root, document)?,
        unsubscribe_mailto: file.smtp.unsubscribe_mailto,
        public_url: file.web.public_url,
        listen: file.web.listen.unwrap_or(LISTEN),
        alert: file.web.alert,
        ping: file.web.ping,
        store: store(file.store.url.as_deref(), root, document)?,
        fetch: fetch::Limits {
            timeout: file.fetch.timeout.unwrap_or(defaults.1.timeout),
            max_bytes: file.fetch.max_bytes.unwrap_or(defaults.1.max_bytes),
            allow_private: file.fetch.allow_private,
            user_agent: file.fetch.user_agent.unwrap_or(defaults.1.user_agent),
        },
        subscribers: file.subscribers.file.map(|file| root.join(file)),
        templates,
        llm,
        clients: clients(file.check, document)?,
        variables: document.environment().iter().map(|(name, _)| name.clone()).collect(),
    })
}

/// `[check]`: what readers read mail with.
fn clients(table: file::Check, document: &Document<'_>) -> Result<Clients, Diagnostic> {
    let shares = table.clients.unwrap_or_default();
    for (name, share) in &shares {
        let way = at(&["check", "clients", name]);
        if Client::new(name).is_none() {
            return Err(document.unknown_name(&way, &format!("unknown mail client `{name}`"), Client::names()));
        }
        if !share.is_finite() || *share < 0.0 {
            return Err(document.value(&way, format!("`{name}`: a share cannot be {share}")).hint("write it as `40`"));
        }
    }
    if !shares.is_empty() && shares.values().sum::<f64>() <= 0.0 {
        let fault = document.value(&at(&["check", "clients"]), "`check.clients` names no readers");
        return Err(fault.hint("give at least one client a share, as `gmail = 40`"));
    }
    if let Some(tolerate) = table.tolerate.filter(|tolerate| !(0.0..=100.0).contains(tolerate)) {
        let fault =
            document.value(&at(&["check", "tolerate"]), format!("`check.tolerate`: {tolerate} is no percentage"));
        return Err(fault.hint("write it as `5`"));
    }
    Ok(Clients::new(Some(shares).filter(|shares| !shares.is_empty()), table.tolerate))
}

fn sources(tables: Vec<SourceTable>, root: &Path, document: &Document<'_>) -> Result<Vec<Source>, Diagnostic> {
    let mut sources: Vec<Source> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let way = [Step::Key("source".to_owned()), Step::Index(index)];
        let key = |key: &str| [&way[..], &at(&[key])].concat();
        if sources.iter().any(|source| source.name == table.name) {
            return Err(document.value(&key("name"), format!("two sources are named `{}`", table.name)));
        }
        if table.name.trim().is_empty() {
            return Err(document.value(&key("name"), "a source's `name` says nothing"));
        }
        let kinds =
            [("feed", &table.feed), ("folder", &table.folder), ("page", &table.page), ("listing", &table.listing)];
        let given: Vec<&str> = kinds.iter().filter(|(_, value)| value.is_some()).map(|(kind, _)| *kind).collect();
        if given.len() != 1 {
            let what = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
            let fault = document
                .value(&key("name"), format!("source `{}` has {what} of feed, folder, page, listing", table.name));
            return Err(fault.hint("give exactly one of them"));
        }
        for (name, given, wants) in [
            ("base_url", table.base_url.is_some(), table.folder.is_some()),
            ("select", table.select.is_some(), table.listing.is_some()),
        ] {
            if given && !wants {
                return Err(document.key(
                    &key(name),
                    format!(
                        "`{name}` means nothing for a {}",
                        kinds.iter().find(|(_, v)| v.is_some()).map_or("", |(k, _)| k)
                    ),
                ));
            }
        }
        let kind = if let Some(feed) = table.feed {
            Kind::Feed(location(&feed, root))
        } else if let Some(folder) = table.folder {
            Kind::Folder { path: root.join(folder), base_url: table.base_url.map(as_folder) }
        } else if let Some(page) = table.page {
            Kind::Page(location(&page, root))
        } else {
            Kind::Listing(location(&table.listing.unwrap_or_default(), root), table.select.unwrap_or_default())
        };
        sources.push(Source { name: table.name, kind, tags: table.tags, full_text: table.full_text });
    }
    if sources.is_empty() {
        return Err(document.whole("there is no `[[source]]`"));
    }
    Ok(sources)
}

/// Any address with a scheme is left to the fetcher, which refuses what is not the web.
fn location(text: &str, root: &Path) -> Location {
    match Url::parse(text) {
        Ok(url) if text.contains("://") => Location::Web(url),
        _ => Location::File(root.join(text)),
    }
}

/// `Url::join` would replace the last part of a path that does not end with a slash.
fn as_folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

fn destination(smtp: &Smtp, root: &Path, document: &Document<'_>) -> Result<(Destination, Option<Login>), Diagnostic> {
    let way = at(&["smtp", "url"]);
    let known = "one of smtp://HOST:PORT, smtps://HOST, file:FOLDER, sendmail:PROGRAM";
    if let Some(("file" | "sendmail", "" | "//")) = smtp.url.split_once(':') {
        return Err(document.value(&way, "`smtp.url` ends before it names a file").hint(known));
    }
    if let Some(folder) = smtp.url.strip_prefix("file:") {
        return Ok((Destination::File(root.join(folder.trim_start_matches("//"))), None));
    }
    if let Some(program) = smtp.url.strip_prefix("sendmail:") {
        return Ok((Destination::Sendmail(program.into()), None));
    }
    let bad = |why: &str| document.value(&way, format!("`smtp.url`: {why}")).hint(known);
    let url = Url::parse(&smtp.url).map_err(|_| bad("no address of a relay"))?;
    let (port, tls) = match url.scheme() {
        "smtp" => (587, Tls::Required),
        "smtps" => (465, Tls::Implicit),
        other => return Err(bad(&format!("`{other}:` is no way to hand over mail"))),
    };
    if !url.username().is_empty() || url.password().is_some() {
        let fault = document.value(&way, "`smtp.url` must not hold a user name or a password");
        return Err(fault.hint("take `smtp.username` and `smtp.password_file`"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| bad("no host"))?;
    let from = match (&smtp.password_file, &smtp.password_command) {
        (Some(_), Some(_)) => {
            let way = at(&["smtp", "password_command"]);
            return Err(document.key(&way, "there is a `password_file` and a `password_command`"));
        }
        (Some(file), None) => Secret::File(root.join(file)),
        (None, Some(command)) => Secret::Command(command.clone()),
        (None, None) => Secret::Environment,
    };
    let relay = Relay {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        tls: smtp.tls.unwrap_or(tls),
        tls_ca: smtp.tls_ca.as_ref().map(|file| root.join(file)),
        credentials: None,
        helo: smtp.helo.clone(),
    };
    Ok((Destination::Smtp(relay), smtp.username.clone().map(|username| Login { username, from })))
}

fn store(url: Option<&str>, root: &Path, document: &Document<'_>) -> Result<std::path::PathBuf, Diagnostic> {
    let url = url.unwrap_or("sqlite:tidings.db");
    if let Some(file) = url.strip_prefix("sqlite:").map(|file| file.trim_start_matches("//")).filter(|f| !f.is_empty())
    {
        return Ok(root.join(file));
    }
    let way = at(&["store", "url"]);
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(document.value(&way, "a store in PostgreSQL: not yet").hint("take `sqlite:tidings.db`"));
    }
    Err(document.value(&way, format!("`{url}` is no store")).hint("take `sqlite:tidings.db`"))
}
