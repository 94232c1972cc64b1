//! SPF (RFC 7208), as far as it can be judged without knowing whose address the relay has.

use std::collections::HashSet;

use crate::dns::{self, Resolver};

/// A record may cause so many questions (RFC 7208 4.6.4).
const MAX_LOOKUPS: usize = 10;

/// What a domain's record is worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spf {
    Good,
    Missing,
    Several(usize),
    /// Everybody may send: `+all`.
    Open,
    /// It says nothing of all others.
    Endless,
    /// So many questions or more.
    TooLong(usize),
    /// A name that it includes has no record.
    Dangling(String),
    /// A term that is none.
    Unknown(String),
}

/// Judges the record of a domain and all that it includes.
///
/// # Errors
/// When nobody answers.
pub(super) async fn check_record(domain: &str, resolver: &Resolver) -> Result<Spf, dns::Error> {
    let (mut waiting, mut seen) = (vec![domain.to_owned()], HashSet::new());
    let (mut lookups, mut is_first, mut ends) = (0, true, false);
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let is_spf = |text: &String| text.eq_ignore_ascii_case("v=spf1") || text.to_lowercase().starts_with("v=spf1 ");
        let records: Vec<String> = resolver.txt(&name).await?.into_iter().filter(is_spf).collect();
        let record = match &records[..] {
            [] if is_first => return Ok(Spf::Missing),
            [] => return Ok(Spf::Dangling(name)),
            [record] => record.to_lowercase(),
            _ => return Ok(Spf::Several(records.len())),
        };
        for term in record.split_whitespace().skip(1) {
            let bare = term.trim_start_matches(['+', '-', '~', '?']);
            let (kind, value) = bare.split_at(bare.find([':', '=', '/']).unwrap_or(bare.len()));
            match kind {
                "all" if is_first => {
                    if !term.starts_with(['-', '~', '?']) {
                        return Ok(Spf::Open);
                    }
                    ends = true;
                }
                "all" | "ip4" | "ip6" | "exp" => {}
                "include" | "redirect" => {
                    lookups += 1;
                    ends |= kind == "redirect";
                    // A macro names somebody that only a message can tell.
                    if !value.contains('%') {
                        waiting.push(value[1.min(value.len())..].to_owned());
                    }
                }
                "a" | "mx" | "ptr" | "exists" => lookups += 1,
                // Other modifiers are passed over (RFC 7208 6).
                _ if value.starts_with('=') => {}
                _ => return Ok(Spf::Unknown(term.to_owned())),
            }
        }
        if lookups > MAX_LOOKUPS {
            return Ok(Spf::TooLong(lookups));
        }
        is_first = false;
    }
    Ok(if ends { Spf::Good } else { Spf::Endless })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::tests::serve;

    #[tokio::test]
    async fn records_are_judged_with_what_they_include() {
        let chain = |n: usize| (format!("c{n}.example"), vec![format!("v=spf1 include:c{}.example mx -all", n + 1)]);
        let mut records = vec![
            (
                "good.example".to_owned(),
                vec!["v=spf1 ip4:192.0.2.0/24 include:b.example ~all".to_owned(), "x".to_owned()],
            ),
            ("b.example".to_owned(), vec!["V=SPF1 a mx/24 -all".to_owned()]),
            ("moved.example".to_owned(), vec!["v=spf1 redirect=b.example".to_owned()]),
            ("two.example".to_owned(), vec!["v=spf1 -all".to_owned(), "v=spf1 mx -all".to_owned()]),
            ("open.example".to_owned(), vec!["v=spf1 mx all".to_owned()]),
            ("endless.example".to_owned(), vec!["v=spf1 mx x=y".to_owned()]),
            ("dangling.example".to_owned(), vec!["v=spf1 include:gone.example -all".to_owned()]),
            ("odd.example".to_owned(), vec!["v=spf1 ipv4:192.0.2.1 -all".to_owned()]),
            ("round.example".to_owned(), vec!["v=spf1 include:round.example -all".to_owned()]),
        ];
        records.extend((0..9).map(chain));
        let resolver = Resolver::at(serve(records).await).unwrap();
        for (domain, expect) in [
            ("good.example", Spf::Good),
            ("moved.example", Spf::Good),
            ("round.example", Spf::Good),
            ("none.example", Spf::Missing),
            ("two.example", Spf::Several(2)),
            ("open.example", Spf::Open),
            ("endless.example", Spf::Endless),
            ("dangling.example", Spf::Dangling("gone.example".to_owned())),
            ("odd.example", Spf::Unknown("ipv4:192.0.2.1".to_owned())),
            ("c0.example", Spf::TooLong(12)),
        ] {
            assert_eq!(check_record(domain, &resolver).await.unwrap(), expect, "{domain}");
        }
    }
}
