//! What holds for every digest: the config, the relay, the keys, the language model.

use chrono::{DateTime, Utc};
use url::Host;

use super::rows::{diagnostic_row, error_row, path_text};
use crate::{
    config::{Config, MailboxPlace},
    deliver::{Destination, Relay, Tls},
    diagnostic::Diagnostic,
    lint::{Level, Row},
    mailing::SubscriberFileError,
    message,
    teaser::TeaserMethod,
};

/// What holds for every digest: the config, the relay, the keys, the language model.
pub fn check_project(config: &Config, environment: &[(String, String)]) -> Vec<Row> {
    let mut rows = vec![Row::holds("config", format!("`{}` is read", config.path.display()))];
    if let Err(error) = config.open_destination(environment) {
        let hint = "see that `smtp.password_file` or `smtp.password_command` gives the password";
        rows.push(error_row("smtp", &error, config.place_of_key(&["smtp", "username"]), hint));
    }
    rows.extend(one_click_row(config));
    rows.extend(config.signers.iter().map(|signer| Row::holds("dkim", signer.zone_line())));
    rows.extend(alignment_row(config));
    if let Destination::Smtp(relay) = &config.destination {
        rows.extend(cleartext_row(config, relay));
    }
    rows.extend(mailbox_row(config, environment));
    rows.extend(webhook_rows(config));
    rows.extend(llm_rows(config));
    rows
}

/// What keeps the mailbox that bounces come to from being read.
fn mailbox_row(config: &Config, environment: &[(String, String)]) -> Option<Row> {
    let place = config.place_of_key(&["bounce", "mailbox"]);
    match &config.mailbox.as_ref()?.place {
        MailboxPlace::Imap(_, password) => {
            let error = config.mailbox_password(password, environment).err()?;
            let hint =
                "see that `bounce.mailbox_password_file` or `bounce.mailbox_password_command` gives the password";
            Some(error_row("mailbox", &error, place, hint))
        }
        MailboxPlace::Maildir(folder) if !folder.join("new").is_dir() || !folder.join("cur").is_dir() => {
            let message = format!("`{}` is no Maildir", path_text(folder));
            Some(Row::error("mailbox", message, place, "a Maildir has the folders `new`, `cur` and `tmp`"))
        }
        MailboxPlace::Maildir(_) => None,
    }
}

/// What keeps a webhook from taking anything: until it is mended, the provider's events are lost.
fn webhook_rows(config: &Config) -> Vec<Row> {
    let mut rows = Vec::new();
    if let (None, Some(name)) = (&config.public_url, config.webhooks.keys().next()) {
        let message = "there is no `web.public_url` that providers can post to";
        let hint = format!("set it, and give the provider `PUBLIC_URL/bounces/{name}`");
        rows.push(Row::error("webhook", message, config.place_of_key(&["bounce", "webhook", name]), hint));
    }
    for (name, webhook) in &config.webhooks {
        if let Err(wrong) = webhook.open() {
            let wrong = Diagnostic { message: format!("`/bounces/{name}`: {}", wrong.message), ..wrong };
            let place = config.place_of_key(&["bounce", "webhook", name, "secret_file"]);
            rows.push(diagnostic_row("webhook", wrong, place, "copy it from the provider's settings of webhooks"));
        }
    }
    rows
}

/// L1, RFC 8058 3.1: there is an https address for the one-click link.
pub(super) fn one_click_row(config: &Config) -> Option<Row> {
    let place = config.place_of_key(&["web", "public_url"]);
    match &config.public_url {
        None => {
            let hint = "set it, as `https://news.harbour.example`: readers leave the digest there";
            Some(Row::error("L1", "there is no `web.public_url` for the unsubscribe link", place, hint))
        }
        Some(url) if url.scheme() != "https" => {
            let hint = "serve it over https: mail clients follow one-click links nowhere else";
            Some(Row::error("L1", "`web.public_url` is not https", place, hint))
        }
        Some(_) => None,
    }
}

/// P1, RFC 7489 3.1: what authenticates the mail is of From's domain. Receivers count a signature, or a return path, only
/// if it is of the same organization.
fn alignment_row(config: &Config) -> Option<Row> {
    let (_, from) = message::parse_mailbox(&config.publication.from).ok()?;
    let from = from.domain();
    let return_path = config.return_path.as_deref().and_then(|path| path.rsplit_once('@'));
    let returns = return_path.map_or(from, |(_, domain)| domain);
    let by_path = is_aligned(returns, from);
    let by_key = config.signers.iter().any(|signer| is_aligned(signer.domain(), from));
    let hint = format!("add a `[[dkim]]` with `domain = \"{from}\"`, or send from a domain that signs");
    match (by_key, by_path, config.signers.is_empty()) {
        (true, ..) | (_, true, true) => None,
        (false, true, false) => {
            let message = format!("no `[[dkim]]` signs for From's domain, `{from}`");
            Some(Row::warning("P1", message, config.place_of_key(&["dkim"]), hint))
        }
        (false, false, is_unsigned) => {
            let message = format!("neither the return path, at `{returns}`, nor a key is of From's domain, `{from}`");
            let place = config.place_of_key(&["smtp", "return_path"]);
            // A relay may sign for its customers.
            Some(if is_unsigned {
                Row::warning("P1", message, place, hint)
            } else {
                Row::error("P1", message, place, hint)
            })
        }
    }
}

/// Says whether two domains are of one organization (RFC 7489 3.2), by the public suffix list.
pub(super) fn is_aligned(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let organization = |name| psl::domain_str(name).unwrap_or(name);
    organization(&one) == organization(&other)
}

/// E7, RFC 8314: mail to another machine is encrypted.
fn cleartext_row(config: &Config, relay: &Relay) -> Option<Row> {
    let is_here = match Host::parse(&relay.host) {
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        _ => relay.host == "::1",
    };
    if relay.tls != Tls::None || is_here {
        return None;
    }
    let message = format!("mail goes to `{}` in clear, readers' addresses with it", relay.host);
    Some(Row::warning("E7", message, config.place_of_key(&["smtp", "tls"]), "take `tls = \"required\"`"))
}

/// What is wrong with the time zone data of this machine, as far as the publication's zone goes.
pub fn check_time_zone_data(config: &Config, now: DateTime<Utc>) -> Option<Row> {
    let zone = config.publication.timezone;
    let (from, old, newer) = zone.differs(now)?;
    let day = from.with_timezone(&zone).format("%Y-%m-%d");
    let message = format!(
        "this machine's time zone data are those of {old}: by those of {newer} the clocks of `{zone}` go otherwise from \
         {day} on, and so would the schedule"
    );
    let hint = "bring the package `tzdata` up to date, or name newer data by the variable TZDIR";
    Some(Row::warning("zone", message, config.place_of_key(&["publication", "timezone"]), hint))
}

/// A subscribers' file that cannot be read.
pub fn subscribers_file_row(config: &Config, error: &SubscriberFileError) -> Row {
    let place = config.place_of_key(&["subscribers", "file"]);
    error_row("subscribers", error, place, "name a file that is there: nobody is mailed until then")
}

/// A row of the subscribers' file that was passed over.
pub fn bad_subscriber_row(config: &Config, bad: &Diagnostic) -> Row {
    let file = config.subscribers.as_deref().map(path_text).unwrap_or_default();
    let hint = "mend the row, or take it out: until then nobody is reached by it";
    Row { level: Level::Warning, ..diagnostic_row("subscribers", bad.clone(), file, hint) }
}

fn llm_rows(config: &Config) -> Vec<Row> {
    let mut rows = Vec::new();
    let is_asked = || config.digests.values().any(|digest| digest.teaser.from.contains(&TeaserMethod::Llm));
    let Some(llm) = config.llm.as_ref().filter(|_| is_asked()) else { return rows };
    if let Err(reason) = llm.access().key {
        let message = format!("no key for the language model: {reason}");
        let hint = "set `llm.api_key_file`; until then its teasers come from the next maker";
        rows.push(Row::error("llm", message, config.place_of_key(&["llm", "api_key_file"]), hint));
    }
    if llm.exposes_key() {
        let message = "the key of `llm.base_url` goes over the network in clear";
        let hint = "take an https:// address, or a model on this machine";
        rows.push(Row::warning("llm", message, config.place_of_key(&["llm", "base_url"]), hint));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::is_aligned;

    #[test]
    fn domains_of_one_organization_are_aligned() {
        assert!(is_aligned("a.example", "A.example") && is_aligned("m.a.example", "a.example"));
        assert!(is_aligned("a.example", "m.a.example"));
        assert!(is_aligned("news.a.example", "mail.a.example"));
        assert!(!is_aligned("ba.example", "a.example") && !is_aligned("b.example", "a.example"));
        assert!(!is_aligned("a.co.uk", "b.co.uk") && is_aligned("m.a.co.uk", "n.a.co.uk"));
    }
}
