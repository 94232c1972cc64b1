//! What only others can tell: the relay and DNS.

use super::{Row, of_error, row};
use crate::{
    config::Config,
    deliver::{Destination, Transport},
    dns::Resolver,
    lint::Level,
    message::dkim::{Published, Signer},
};

/// Asks DNS for the keys, and logs in at the relay.
pub async fn rows(config: &Config, environment: &[(String, String)]) -> Vec<Row> {
    let mut rows = Vec::new();
    if !config.signers.is_empty() {
        match Resolver::system() {
            Ok(resolver) => rows.extend(of_keys(&config.signers, &resolver).await),
            Err(error) => rows.push(of_error("dns", &error)),
        }
    }
    // A password that cannot be had is told of without a connection.
    if let Ok(destination) = config.open_destination(environment)
        && let Destination::Smtp(relay) = &destination
    {
        rows.push(match Transport::open(&destination, None).await {
            Ok(transport) => {
                transport.close().await;
                let how = if relay.credentials.is_some() { " and takes the login" } else { "" };
                row("smtp", Level::Ok, format!("`{}:{}` answers{how}", relay.host, relay.port), None)
            }
            Err(error) => of_error("smtp", &error),
        });
    }
    rows
}

/// Compares each key with what is published under its name.
async fn of_keys(signers: &[Signer], resolver: &Resolver) -> Vec<Row> {
    let mut rows = Vec::new();
    for signer in signers {
        let fault = |message: &str, hint: &str| row("dkim", Level::Error, message, Some(hint));
        let name = signer.record_name();
        let found = match resolver.txt(&name).await {
            Ok(texts) => match signer.judge(texts.iter().map(String::as_str)) {
                Published::Same => row("dkim", Level::Ok, "the key is published", None),
                Published::Missing => fault("the key is not published", "publish its record, as shown"),
                Published::Different => {
                    fault("another key is published", "publish its record, as shown, or take another selector")
                }
                Published::Revoked => fault("the key is taken back: its `p=` is empty", "take another selector"),
            },
            Err(error) => of_error("dkim", &error),
        };
        rows.push(Row { place: Some(name), ..found });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::tests::serve;

    #[tokio::test]
    async fn keys_are_compared_with_what_is_published() {
        let pem = include_str!("../../tests/fixtures/dkim/rsa.pem");
        let signers = ["same", "missing", "different", "revoked", "failing"]
            .map(|name| Signer::new("a.example", name, pem).unwrap());
        let [same, _, different, revoked, failing] = signers.each_ref().map(Signer::record_name);
        let server = serve(vec![
            (same, vec!["unrelated".to_owned(), signers[0].record()]),
            (different, vec!["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned()]),
            (revoked, vec!["v=DKIM1; p=".to_owned()]),
            (failing, vec![String::new()]),
        ])
        .await;
        let rows = of_keys(&signers, &Resolver::at(server).unwrap()).await;
        let said: Vec<(Level, &str)> = rows.iter().map(|row| (row.level, row.message.as_str())).collect();
        assert_eq!(
            said[..4],
            [
                (Level::Ok, "the key is published"),
                (Level::Error, "the key is not published"),
                (Level::Error, "another key is published"),
                (Level::Error, "the key is taken back: its `p=` is empty"),
            ]
        );
        assert!(said[4].1.starts_with("cannot look up `failing._domainkey.a.example`"), "{said:?}");
        assert_eq!(rows[1].place.as_deref(), Some("missing._domainkey.a.example"));
    }
}
