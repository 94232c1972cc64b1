//! What in the tables goes together, and what follows from it; the keys of `[[dkim]]` are read at once, so that a missing
//! one is found before an edition is frozen.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use url::{Host, Url};

use crate::{
    deliver::{Destination, Limits, Relay, Tls},
    diagnostic::{Diagnostic, Explain as _},
    lint::{Client, Clients},
    message::{self, dkim::Signer},
    render::Templates,
    source::{self, FolderOptions, Glob, Kind, Location, Source, fetch},
    subscriber,
};

use super::{
    bounce::{mailbox, webhooks},
    digests::digests,
    document::{Document, suggestion},
    file::{self, Dkim, File, Smtp, SourceTable},
    llm::llm,
    secret::{self, Secret, SecretKind},
    settings::{Config, Login},
};

/// What `web.listen` is where it is left out.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);

/// Makes the config of the tables, or says what in them does not go together.
pub(super) fn validate(file: File, document: &Document<'_>) -> Result<Config, Diagnostic> {
    let root = match document.file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    check_publication(&file, document)?;
    let sources = sources(file.source, root, document)?;
    let llm = file.llm.map(|table| llm(table, root, document)).transpose()?;
    let digests = digests(file.digest, &sources, llm.is_some(), &file.publication, root, document)?;
    for (key, url) in [("public_url", &file.web.public_url), ("ping", &file.web.ping)] {
        let is_web = url.as_ref().is_none_or(|url| matches!(url.scheme(), "http" | "https"));
        let message = format!("`web.{key}` is no web address");
        document.ensure(is_web, &["web", key], message, "it begins with https://")?;
    }
    let (destination, login) = destination(&file.smtp, root, document)?;
    let (limits, fetch) = (Limits::default(), fetch::Limits::default());
    let templates = Some(root.join("templates")).filter(|folder| folder.is_dir());
    Ok(Config {
        path: document.file.to_owned(),
        root: root.to_owned(),
        publication: file.publication,
        sources,
        digests,
        destination,
        login,
        limits: Limits {
            connections: file.smtp.connections.map_or(limits.connections, usize::from),
            rate: file.smtp.rate,
            retry: file
                .smtp
                .retry
                .map_or(limits.retry, |waits| waits.into_iter().map(humantime_serde::Serde::into_inner).collect()),
            in_doubt: file.smtp.in_doubt.unwrap_or(limits.in_doubt),
        },
        return_path: file.smtp.return_path,
        signers: signers(&file.dkim, root, document)?,
        unsubscribe_mailto: file.smtp.unsubscribe_mailto,
        public_url: file.web.public_url,
        listen: file.web.listen.unwrap_or(DEFAULT_LISTEN),
        forward: file.bounce.forward.clone().or_else(|| file.web.alert.clone()),
        mailbox: mailbox(&file.bounce, root, document)?,
        webhooks: webhooks(file.bounce.webhook, root, document)?,
        alert: file.web.alert,
        ping: file.web.ping,
        store: store(file.store.url.as_deref(), root, document)?,
        fetch: fetch::Limits {
            timeout: file.fetch.timeout.unwrap_or(fetch.timeout),
            max_bytes: file.fetch.max_bytes.unwrap_or(fetch.max_bytes),
            allow_private: file.fetch.allow_private,
            user_agent: file.fetch.user_agent.unwrap_or(fetch.user_agent),
        },
        subscribers: file.subscribers.file.map(|file| root.join(file)),
        templates: templates.map_or_else(Templates::built_in, Templates::in_folder),
        llm,
        clients: clients(file.check, document)?,
        variables: document.variables.iter().map(|(name, _)| name.clone()).collect(),
    })
}

/// `[publication]`, and the addresses that mail comes from.
fn check_publication(file: &File, document: &Document<'_>) -> Result<(), Diagnostic> {
    for (key, mailbox) in [("from", Some(&file.publication.from)), ("reply_to", file.publication.reply_to.as_ref())] {
        if let Some(Err(error)) = mailbox.map(|text| message::parse_mailbox(text)) {
            let wrong = document.value(&["publication", key], error.to_string());
            return Err(wrong.hint("write `Name <name@domain>`"));
        }
    }
    let is_language = subscriber::is_language(&file.publication.language);
    let message = "`publication.language` is no language tag";
    document.ensure(is_language, &["publication", "language"], message, "write it as `en` or `pt-BR` (BCP 47)")?;
    if let Some(Err(error)) = file.smtp.return_path.as_deref().map(message::check_return_path) {
        let wrong = document.value(&["smtp", "return_path"], error.to_string());
        return Err(wrong.hint("write it as `bounce+{{ token }}@domain`, or leave the token out"));
    }
    if file.publication.name.trim().is_empty() {
        return Err(document.value(&["publication", "name"], "`publication.name` says nothing"));
    }
    Ok(())
}

/// `[check]`: what readers read mail with.
fn clients(table: file::Check, document: &Document<'_>) -> Result<Clients, Diagnostic> {
    let shares = table.clients.unwrap_or_default();
    for (name, share) in &shares {
        let path = ["check", "clients", name];
        if Client::new(name).is_none() {
            let unknown = document.key(&path, format!("unknown mail client `{name}`"));
            return Err(unknown.hint(suggestion(name, Client::names(), "known here:")));
        }
        let is_share = share.is_finite() && *share >= 0.0;
        document.ensure(is_share, &path, format!("`{name}`: a share cannot be {share}"), "write it as `40`")?;
    }
    let has_readers = shares.is_empty() || shares.values().sum::<f64>() > 0.0;
    let hint = "give at least one client a share, as `gmail = 40`";
    document.ensure(has_readers, &["check", "clients"], "`check.clients` names no readers", hint)?;
    if let Some(tolerate) = table.tolerate {
        let message = format!("`check.tolerate`: {tolerate} is no percentage");
        document.ensure((0.0..=100.0).contains(&tolerate), &["check", "tolerate"], message, "write it as `5`")?;
    }
    Ok(Clients::new(Some(shares).filter(|shares| !shares.is_empty()), table.tolerate))
}

fn sources(tables: Vec<SourceTable>, root: &Path, document: &Document<'_>) -> Result<Vec<Source>, Diagnostic> {
    let mut sources: Vec<Source> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let index = index.to_string();
        let path = |key| ["source", &index, key];
        if sources.iter().any(|source| source.name == table.name) {
            return Err(document.value(&path("name"), format!("two sources are named `{}`", table.name)));
        }
        if table.name.trim().is_empty() {
            return Err(document.value(&path("name"), "a source's `name` says nothing"));
        }
        let kinds =
            [("feed", &table.feed), ("folder", &table.folder), ("page", &table.page), ("listing", &table.listing)];
        let given: Vec<&str> = kinds.iter().filter(|(_, value)| value.is_some()).map(|(kind, _)| *kind).collect();
        let [kind] = given[..] else {
            let given = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
            let message = format!("source `{}` has {given} of feed, folder, page, listing", table.name);
            return Err(document.value(&path("name"), message).hint("give exactly one of them"));
        };
        for (key, is_given, owner) in [
            ("base_url", table.base_url.is_some(), "folder"),
            ("permalink", table.permalink.is_some(), "folder"),
            ("exclude", !table.exclude.is_empty(), "folder"),
            ("undated", table.undated != file::Undated::default(), "folder"),
            ("image_keys", !table.image_keys.is_empty(), "folder"),
            ("select", table.select.is_some(), "listing"),
        ] {
            if is_given && kind != owner {
                return Err(document.key(&path(key), format!("`{key}` means nothing for a {kind}")));
            }
        }
        let kind = if let Some(feed) = table.feed {
            Kind::Feed(location(&feed, root))
        } else if let Some(folder) = table.folder {
            if let Some(pattern) = &table.permalink {
                let hint = "write it as `/:year/:month/:day/:slug/`";
                let message = format!("`{pattern}` is no pattern of addresses");
                document.ensure(source::is_permalink(pattern), &path("permalink"), message, hint)?;
            }
            let mut exclude = Vec::new();
            for (at, pattern) in table.exclude.iter().enumerate() {
                let Some(glob) = Glob::new(pattern) else {
                    let wrong = document
                        .value(&["source", &index, "exclude", &at.to_string()], format!("`{pattern}` is no glob"));
                    return Err(wrong.hint("write it as `drafts/**` or `*.txt`"));
                };
                exclude.push(glob);
            }
            let options = FolderOptions {
                base_url: table.base_url.map(with_final_slash),
                permalink: table.permalink,
                exclude,
                takes_undated: table.undated == file::Undated::FirstSeen,
                image_keys: table.image_keys,
            };
            Kind::Folder { path: root.join(folder), options }
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
fn with_final_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

fn destination(smtp: &Smtp, root: &Path, document: &Document<'_>) -> Result<(Destination, Option<Login>), Diagnostic> {
    if smtp.connections == Some(0) {
        return Err(document.value(&["smtp", "connections"], "`smtp.connections` must be at least 1"));
    }
    let known = "one of smtp://HOST:PORT, smtps://HOST, file:FOLDER, sendmail:PROGRAM";
    let wrong = |what: &str| document.value(&["smtp", "url"], what).hint(known);
    match smtp.url.split_once(':') {
        Some(("file" | "sendmail", "" | "//")) => return Err(wrong("`smtp.url` ends before it names a file")),
        Some(("file", folder)) => {
            return Ok((Destination::File(root.join(folder.trim_start_matches("//"))), None));
        }
        Some(("sendmail", program)) => return Ok((Destination::Sendmail(program.into()), None)),
        _ => {}
    }
    let url = Url::parse(&smtp.url).map_err(|_| wrong("`smtp.url`: no address of a relay"))?;
    let (port, tls) = match url.scheme() {
        "smtp" => (587, Tls::Required),
        "smtps" => (465, Tls::Implicit),
        other => return Err(wrong(&format!("`smtp.url`: `{other}:` is no way to hand over mail"))),
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    let message = "`smtp.url` must not hold a user name or a password";
    document.ensure(is_bare, &["smtp", "url"], message, "take `smtp.username` and `smtp.password_file`")?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("`smtp.url`: no host"))?;
    let tls = smtp.tls.unwrap_or(tls);
    let hint = "take `tls = \"required\"`, or leave `username` out";
    let is_safe = smtp.username.is_none() || tls != Tls::None;
    document.ensure(is_safe, &["smtp", "tls"], "a password never goes over an open connection", hint)?;
    let password = match (&smtp.password_file, &smtp.password_command) {
        (Some(_), Some(_)) => {
            let message = "there is a `password_file` and a `password_command`";
            return Err(document.key(&["smtp", "password_command"], message));
        }
        (Some(file), None) => Secret::File(root.join(file)),
        (None, Some(command)) => Secret::Command(command.clone()),
        (None, None) => Secret::Environment,
    };
    let relay = Relay {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        tls,
        tls_ca: smtp.tls_ca.as_ref().map(|file| root.join(file)),
        credentials: None,
        helo: smtp.helo.clone(),
    };
    Ok((Destination::Smtp(relay), smtp.username.clone().map(|username| Login { username, password })))
}

fn store(url: Option<&str>, root: &Path, document: &Document<'_>) -> Result<PathBuf, Diagnostic> {
    let url = url.unwrap_or("sqlite:tidings.db");
    match url.split_once(':') {
        Some(("sqlite", file)) if !file.trim_start_matches("//").is_empty() => {
            Ok(root.join(file.trim_start_matches("//")))
        }
        Some(("postgres" | "postgresql", address)) if address.starts_with("//") => {
            Err(document.value(&["store", "url"], "a store in PostgreSQL: not yet"))
        }
        _ => Err(document.value(&["store", "url"], format!("`{url}` is no store"))),
    }
    .map_err(|wrong| wrong.hint("take `sqlite:tidings.db`"))
}

/// How the file of a key is called where it cannot be read.
const KEY: SecretKind = SecretKind { word: "key", key: "dkim.key", variable: "" };

/// Reads the keys, or says which table is wrong.
pub(super) fn signers(tables: &[Dkim], root: &Path, document: &Document<'_>) -> Result<Arc<[Signer]>, Diagnostic> {
    let mut signers: Vec<Signer> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let index = index.to_string();
        let at = |key, wrong: Diagnostic| Diagnostic {
            hint: wrong.hint,
            ..document.value(&["dkim", &index, key], wrong.message)
        };
        let Some(domain) = ascii_domain(&table.domain) else {
            return Err(at("domain", Diagnostic::new(format!("`{}` is no domain", table.domain))));
        };
        if !table.selector.split('.').all(is_label) {
            let wrong = Diagnostic::new(format!("`{}` is no selector", table.selector));
            return Err(at("selector", wrong.hint("letters, digits and hyphens, as `s2026`")));
        }
        let pem =
            secret::read_file(&KEY, &root.join(&table.key_file)).map_err(|error| at("key_file", error.diagnostic()))?;
        let signer = Signer::new(&domain, &table.selector, &pem)
            .map_err(|error| at("key_file", error.diagnostic().context(format!("`{}`", table.key_file))))?;
        if signers.iter().any(|known| known.record_name() == signer.record_name()) {
            let wrong = Diagnostic::new(format!("two keys under one name, `{}`", signer.record_name()));
            return Err(at("selector", wrong.hint("give each a selector")));
        }
        signers.push(signer);
    }
    Ok(signers.into())
}

/// A domain as DNS has it.
fn ascii_domain(domain: &str) -> Option<String> {
    match Host::parse(domain) {
        Ok(Host::Domain(ascii)) if ascii.contains('.') && ascii.split('.').all(is_label) => Some(ascii),
        _ => None,
    }
}

/// One part of a name (RFC 6376 3.1, RFC 1123 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
