//! P6: the keys are published.

use crate::{
    dns::Resolver,
    lint::Row,
    message::dkim::{Published, Signer},
    preflight::rows::error_row,
};

/// Compares each key with what is published under its name.
pub(super) async fn rows(signers: &[Signer], resolver: &Resolver) -> Vec<Row> {
    let mut rows = Vec::new();
    for signer in signers {
        let name = signer.record_name();
        let fault = |message: &str, hint: &str| Row::error("dkim", message, name.as_str(), hint);
        rows.push(match resolver.txt(&name).await {
            Ok(texts) => match signer.compare(texts.iter().map(String::as_str)) {
                Published::Same => Row::holds("dkim", format!("the key of `{name}` is published")),
                Published::Missing => fault("the key is not published", "publish its record, as shown"),
                Published::Different => {
                    fault("another key is published", "publish its record, as shown, or take another selector")
                }
                Published::Revoked => fault("the key is taken back: its `p=` is empty", "take another selector"),
            },
            Err(error) => error_row("dkim", &error, name.as_str(), "ask again, or see to the servers of the domain"),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dns::tests::serve, lint::Level};

    #[tokio::test]
    async fn keys_are_compared_with_what_is_published() {
        let pem = include_str!("../../../tests/fixtures/dkim/rsa.pem");
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
        let rows = rows(&signers, &Resolver::at(server).unwrap()).await;
        let said: Vec<(Level, &str)> = rows.iter().map(|row| (row.level, row.diagnostic.message.as_str())).collect();
        assert_eq!(
            said[..4],
            [
                (Level::Ok, "the key of `same._domainkey.a.example` is published"),
                (Level::Error, "the key is not published"),
                (Level::Error, "another key is published"),
                (Level::Error, "the key is taken back: its `p=` is empty"),
            ]
        );
        assert!(said[4].1.starts_with("cannot look up `failing._domainkey.a.example`"), "{said:?}");
        assert_eq!(rows[1].diagnostic.place, Some("missing._domainkey.a.example".into()));
    }
}
