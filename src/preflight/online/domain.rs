//! P1: what receivers ask DNS of the domains of the sender.

use super::spf::{self, Spf};
use crate::{
    dns::Resolver,
    lint::Row,
    preflight::{project::is_aligned, rows::error_row},
};

/// How to mend a question that nobody answers.
const SILENT: &str = "ask again, or see to the servers of the domain";

/// Asks for SPF at both domains, for DMARC and for who takes the answers at From's.
pub(super) async fn rows(from: &str, returns: &str, resolver: &Resolver) -> Vec<Row> {
    let mut rows = vec![of_spf(returns, resolver).await];
    if !from.eq_ignore_ascii_case(returns) {
        rows.push(of_spf(from, resolver).await);
    }
    rows.push(of_dmarc(from, returns, resolver).await);
    rows.push(of_mx(from, resolver).await);
    rows
}

async fn of_spf(domain: &str, resolver: &Resolver) -> Row {
    let fault = |what: &str, hint: &str| Row::error("P1", what, format!("TXT {domain}"), hint);
    match spf::check_record(domain, resolver).await {
        Ok(Spf::Good) => Row::holds("P1", format!("`{domain}` has an SPF record")),
        Ok(Spf::Missing) => fault(
            &format!("`{domain}` has no SPF record"),
            "publish `v=spf1 include:YOUR.RELAY -all`, as the relay's operator says",
        ),
        Ok(Spf::Several(count)) => {
            fault(&format!("`{domain}` has {count} SPF records, so that none counts"), "put them into one")
        }
        Ok(Spf::Open) => {
            fault(&format!("the SPF record of `{domain}` lets everybody send: `+all`"), "end it with `-all` or `~all`")
        }
        Ok(Spf::Endless) => Row::warning(
            "P1",
            format!("the SPF record of `{domain}` says nothing of other senders"),
            format!("TXT {domain}"),
            "end it with `-all` or `~all`",
        ),
        Ok(Spf::TooLong(lookups)) => fault(
            &format!("the SPF record of `{domain}` takes {lookups} questions or more; 10 are allowed"),
            "take out what no longer sends, or name addresses (`ip4:`) instead of names",
        ),
        Ok(Spf::Dangling(name)) => fault(
            &format!("the SPF record of `{domain}` includes `{name}`, which has none"),
            "take it out: receivers take the whole record for broken",
        ),
        Ok(Spf::Unknown(term)) => fault(
            &format!("`{term}` in the SPF record of `{domain}` means nothing"),
            "mend it: the record counts as broken",
        ),
        Err(error) => error_row("P1", &error, format!("TXT {domain}"), SILENT),
    }
}

/// RFC 7489: at the domain itself, else at the nearest above it that has a record.
async fn of_dmarc(from: &str, returns: &str, resolver: &Resolver) -> Row {
    let mut name = from;
    loop {
        let record_name = format!("_dmarc.{name}");
        let records = match resolver.txt(&record_name).await {
            Ok(texts) => texts,
            Err(error) => return error_row("P1", &error, format!("TXT {record_name}"), SILENT),
        };
        let is_dmarc = |text: &&String| text.to_uppercase().replace(' ', "").starts_with("V=DMARC1");
        let records: Vec<&String> = records.iter().filter(is_dmarc).collect();
        match (&records[..], name.split_once('.')) {
            ([record], _) => return of_record(record, &record_name, from, returns),
            ([], Some((_, above))) if above.contains('.') => name = above,
            ([], _) => {
                let place = format!("TXT _dmarc.{from}");
                let hint = "publish at least `v=DMARC1; p=none`: large receivers want it of who sends much";
                return Row::error("P1", format!("`{from}` has no DMARC record"), place, hint);
            }
            (several, _) => {
                let message = format!("`{name}` has {} DMARC records, so that none counts", several.len());
                return Row::error("P1", message, format!("TXT {record_name}"), "keep one of them");
            }
        }
    }
}

fn of_record(record: &str, name: &str, from: &str, returns: &str) -> Row {
    let place = format!("TXT {name}");
    let tags: Vec<(String, String)> = record
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_lowercase()))
        .collect();
    let tag = |name: &str| tags.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    if !["none", "quarantine", "reject"].contains(&tag("p")) {
        let message = format!("the DMARC record says no policy that there is, `p={}`", tag("p"));
        return Row::error("P1", message, place, "write `p=none`, `p=quarantine` or `p=reject`");
    }
    if tag("aspf") == "s" && !from.eq_ignore_ascii_case(returns) && is_aligned(from, returns) {
        let message = format!("DMARC wants the return path at `{from}` itself (`aspf=s`), and it is at `{returns}`");
        return Row::warning("P1", message, place, "take `aspf=s` out, or let DKIM alone speak for the domain");
    }
    Row::holds("P1", format!("`{name}` has a DMARC record, `p={}`", tag("p")))
}

/// RFC 5321 5.1: answers and bounces find their way.
async fn of_mx(from: &str, resolver: &Resolver) -> Row {
    let (servers, has_address) = match resolver.mx(from).await {
        Ok(servers) if servers.is_empty() => match resolver.has_address(from).await {
            Ok(has_address) => (servers, has_address),
            Err(error) => return error_row("P1", &error, format!("A {from}"), SILENT),
        },
        Ok(servers) => (servers, true),
        Err(error) => return error_row("P1", &error, format!("MX {from}"), SILENT),
    };
    let hint = "publish an MX record, or send from a domain that takes mail: receivers distrust others";
    match &servers[..] {
        [only] if only.is_empty() => {
            Row::error("P1", format!("`{from}` says that it takes no mail"), format!("MX {from}"), hint)
        }
        [] if !has_address => Row::error("P1", format!("nobody takes mail for `{from}`"), format!("MX {from}"), hint),
        [] => Row::warning("P1", format!("`{from}` has no MX record, only an address"), format!("MX {from}"), hint),
        _ => Row::holds("P1", format!("`{from}` takes mail")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dns::tests::serve, lint::Level};

    /// What is said of a sender whose domain has these records, `rest` in the place of what a test breaks.
    async fn said(from: &str, returns: &str, records: &[(&str, &[&str])]) -> Vec<(Level, String)> {
        let records = records.iter().map(|(name, texts)| {
            ((*name).to_owned(), texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>())
        });
        let resolver = Resolver::at(serve(records.collect()).await).unwrap();
        let rows = rows(from, returns, &resolver).await;
        for row in rows.iter().filter(|row| row.level != Level::Ok) {
            assert!(row.diagnostic.place.is_some() && row.diagnostic.hint.is_some(), "{row:?}");
        }
        rows.into_iter().map(|row| (row.level, row.diagnostic.message)).collect()
    }

    const GOOD: &[&str] = &["v=spf1 mx -all", "MX mx.a.example"];

    #[track_caller]
    fn faults(said: &[(Level, String)], expect: &[(Level, &str)]) {
        let found: Vec<_> = said.iter().filter(|(level, _)| *level != Level::Ok).collect();
        assert_eq!(found.len(), expect.len(), "{said:?}");
        for ((level, message), (wanted, words)) in found.into_iter().zip(expect) {
            assert!(level == wanted && message.contains(words), "{said:?}");
        }
    }

    #[tokio::test]
    async fn a_domain_in_order_has_no_fault() {
        let dmarc = ("_dmarc.a.example", &["v=DMARC1; p=reject"][..]);
        faults(&said("a.example", "a.example", &[("a.example", GOOD), dmarc]).await, &[]);
        // The record of the domain above counts for those below.
        let below = [("news.a.example", GOOD), ("bounce.a.example", GOOD), dmarc];
        faults(&said("news.a.example", "bounce.a.example", &below).await, &[]);
    }

    #[tokio::test]
    async fn what_is_missing_or_wrong_is_named() {
        use Level::{Error, Warning};
        let dmarc = ("_dmarc.a.example", &["v=DMARC1; p=none"][..]);
        let one = |records: &'static [&'static str]| [("a.example", records), dmarc];
        faults(&said("a.example", "a.example", &one(&["MX mx"])).await, &[(Error, "no SPF record")]);
        faults(&said("a.example", "a.example", &one(&["v=spf1 +all", "MX mx"])).await, &[(Error, "+all")]);
        faults(&said("a.example", "a.example", &one(&["v=spf1 mx", "MX mx"])).await, &[(Warning, "other senders")]);
        faults(&said("a.example", "a.example", &one(&["v=spf1 -all"])).await, &[(Error, "nobody takes mail")]);
        faults(&said("a.example", "a.example", &one(&["v=spf1 -all", "A 192.0.2.1"])).await, &[(Warning, "no MX")]);
        faults(&said("a.example", "a.example", &one(&["v=spf1 -all", "MX "])).await, &[(Error, "takes no mail")]);
        let with = |dmarc: &'static [&'static str]| [("a.example", GOOD), ("_dmarc.a.example", dmarc)];
        faults(&said("a.example", "a.example", &with(&["x"])).await, &[(Error, "no DMARC record")]);
        faults(&said("a.example", "a.example", &with(&["v=DMARC1"])).await, &[(Error, "no policy")]);
        let two = &["v=DMARC1; p=none", "v=DMARC1; p=none"];
        faults(&said("a.example", "a.example", &with(two)).await, &[(Error, "2 DMARC records")]);
        let strict = [("b.a.example", GOOD), ("a.example", GOOD), ("_dmarc.a.example", &["v=DMARC1; p=none; aspf=s"])];
        faults(&said("a.example", "b.a.example", &strict).await, &[(Warning, "aspf=s")]);
        faults(&said("a.example", "b.example", &one(GOOD)).await, &[(Error, "`b.example` has no SPF record")]);
    }
}
