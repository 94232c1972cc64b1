//! What only others can tell: DNS, the relay, the pages that an edition links to, and our own page for those who leave.

mod dkim;
mod domain;
mod links;
mod spf;

use std::time::Duration;

use url::Url;

use super::{edition, rows::error_row};
use crate::{
    bounce::{MailboxDeadlines, Session},
    config::{Config, Mailbox, MailboxPlace},
    deliver::{Destination, Transport},
    digest::{Digest, Next},
    dns::Resolver,
    lint::Row,
    message,
    source::{
        address_guard,
        fetch::{EndpointClient, EndpointReply},
    },
};

/// How long our own page may take for one answer.
const PAGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks all of them at the same time; `nexts` are the editions whose links are followed.
pub async fn rows(config: &Config, environment: &[(String, String)], nexts: &[(&Digest, Next)]) -> Vec<Row> {
    let linked = futures::future::join_all(nexts.iter().map(|(chosen, next)| link_rows(config, chosen, next)));
    let (dns, relay, mailbox, page, linked) = tokio::join!(
        dns_rows(config),
        relay_row(config, environment),
        mailbox_row(config, environment),
        unsubscribe_page_row(config.public_url.as_ref(), config),
        linked
    );
    let mut rows = [dns, relay, mailbox, page].concat();
    for row in linked.into_iter().flatten() {
        // Two digests may link to one page.
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

async fn dns_rows(config: &Config) -> Vec<Row> {
    let Ok((_, from)) = message::parse_mailbox(&config.publication.from) else { return Vec::new() };
    if is_example(&format!("http://{}", from.domain())) {
        return vec![Row::holds("P1", format!("`{}` is an example's domain: DNS was not asked", from.domain()))];
    }
    let resolver = match Resolver::system() {
        Ok(resolver) => resolver,
        Err(error) => return vec![error_row("dns", &error, "DNS", "see that this machine can ask for names")],
    };
    let return_path = config.return_path.as_deref().and_then(|path| path.rsplit_once('@'));
    let returns = return_path.map_or(from.domain(), |(_, domain)| domain);
    let (keys, domains) =
        tokio::join!(dkim::rows(&config.signers, &resolver), domain::rows(from.domain(), returns, &resolver));
    [keys, domains].concat()
}

async fn relay_row(config: &Config, environment: &[(String, String)]) -> Vec<Row> {
    // A password that cannot be had is told of without a connection.
    let Ok(destination) = config.open_destination(environment) else { return Vec::new() };
    let Destination::Smtp(relay) = &destination else { return Vec::new() };
    vec![match Transport::open(&destination, None).await {
        Ok(transport) => {
            transport.close().await;
            let how = if relay.credentials.is_some() { " and takes the login" } else { "" };
            Row::holds("smtp", format!("`{}:{}` answers{how}", relay.host, relay.port))
        }
        Err(error) => {
            let hint = "see that the relay runs, and that `smtp.url`, user name and password are its own";
            error_row("smtp", &error, config.place_of_key(&["smtp", "url"]), hint)
        }
    }]
}

/// Logs in to the mailbox that bounces come to, and looks what lies in it.
async fn mailbox_row(config: &Config, environment: &[(String, String)]) -> Vec<Row> {
    let Some(Mailbox { place: MailboxPlace::Imap(account, password), done_folder }) = &config.mailbox else {
        return Vec::new();
    };
    // A password that cannot be had is told of without a connection.
    let Ok(password) = config.mailbox_password(password, environment) else { return Vec::new() };
    vec![match Session::open(account, &password, MailboxDeadlines::default()).await {
        Ok(session) => {
            let (count, folder) = (session.count(), &account.folder);
            session.close().await;
            let there = format!("`{}:{}` takes the login", account.host, account.port);
            Row::holds(
                "mailbox",
                format!("{there}; `{folder}` holds {count} mails, what is done goes to `{done_folder}`"),
            )
        }
        Err(error) => {
            let hint = "see that `bounce.mailbox` and its password are right";
            error_row("mailbox", &error, config.place_of_key(&["bounce", "mailbox"]), hint)
        }
    }]
}

async fn link_rows(config: &Config, chosen: &Digest, next: &Next) -> Vec<Row> {
    let (edition, variants) = match next {
        Next::Nothing(..) => return Vec::new(),
        Next::Unfinished(frozen) => (&frozen.edition, &frozen.variants),
        Next::Fresh(draft, variants) => (&draft.edition, &**variants),
    };
    let own = config.public_url.as_ref();
    links::rows(&variants.main().html, own, &edition::origin(config, chosen, edition), &config.fetch).await
}

/// Says whether nobody can be there (RFC 2606), so that asking would only cost time.
fn is_example(url: &str) -> bool {
    url.parse::<Url>().is_ok_and(|url| address_guard::is_reserved(&url, true))
}

/// L1: a provider that leaves for a reader gets an answer, and from nobody else.
async fn unsubscribe_page_row(public_url: Option<&Url>, config: &Config) -> Vec<Row> {
    let Some(page) = public_url.and_then(|url| message::page_url(url, &["u", "INVALID"])?.parse::<Url>().ok()) else {
        return Vec::new();
    };
    if is_example(page.as_str()) {
        return vec![Row::holds("L1", format!("`{page}` is an example's address: it was not called"))];
    }
    let fault = |what: String, hint: &str| {
        vec![Row::error("L1", format!("`{page}`: {what}"), config.place_of_key(&["web", "public_url"]), hint)]
    };
    let serve =
        "see that `tidings run` is up, and that `web.public_url` leads to it: until then nobody can unsubscribe";
    match EndpointClient::new(PAGE_TIMEOUT, 1 << 20).post_form(&page, "List-Unsubscribe=One-Click").await {
        EndpointReply::Answer(_) | EndpointReply::TooLarge | EndpointReply::Status(400 | 404 | 410 | 422 | 429) => {
            vec![Row::holds("L1", format!("`{page}` answers who leaves"))]
        }
        EndpointReply::Status(code @ 300..400) => {
            let hint = "let it answer itself: mail providers follow no redirect (RFC 8058 3.1)";
            fault(format!("the answer leads elsewhere ({code})"), hint)
        }
        EndpointReply::Status(code @ (401 | 403 | 407)) => {
            let hint = "let `/u/` through without a login: mail providers have none";
            fault(format!("it wants a login or refuses us ({code})"), hint)
        }
        EndpointReply::Status(405) => fault("it takes no POST (405), so that no click unsubscribes".to_owned(), serve),
        EndpointReply::Status(code) => fault(format!("the server has trouble ({code})"), serve),
        EndpointReply::Failed(why) => fault(why, serve),
    }
}
