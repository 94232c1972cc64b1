//! Which addresses may be fetched from: a feed must not make us read what only we can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

use crate::diagnostic::{Diagnostic, Explain};

/// Why an address is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefused {
    /// Neither `http:` nor `https:`.
    #[error("`{0}:` addresses are not fetched, only `http:` and `https:`")]
    Scheme(String),
    /// The address belongs to no public host.
    #[error("`{0}` is a private address")]
    Private(String),
    /// Redirected too often.
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    /// Redirected away from encryption.
    #[error("it redirects from `https:` to `http:`")]
    Downgrade,
}

impl Explain for AddressRefused {
    fn diagnostic(&self) -> Diagnostic {
        let hint = matches!(self, Self::Private(_)).then(|| "`fetch.allow_private = true` allows it".to_owned());
        Diagnostic { hint, ..Diagnostic::of_causes(self) }
    }
}

/// So many redirects are followed.
const MAX_REDIRECTS: usize = 5;

/// Checks what can be seen without asking for names: the scheme, and a host that is an address.
///
/// # Errors
/// A [`AddressRefused`] that says what is wrong.
pub fn check(url: &Url, allow_private: bool) -> Result<(), AddressRefused> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressRefused::Scheme(url.scheme().to_owned()));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        _ => return Ok(()),
    };
    if allow_private || is_public(address) { Ok(()) } else { Err(AddressRefused::Private(address.to_string())) }
}

/// Says whether the host is a name that leads to no public one, whoever asks (RFC 2606, RFC 6761, RFC 6762): asking for
/// it would only cost time. With `allow_private`, names that a network may know for itself are asked for.
pub fn is_reserved(url: &Url, allow_private: bool) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    let name = name.trim_end_matches('.');
    let top = name.rsplit('.').next().unwrap_or_default();
    match top {
        "example" | "invalid" => true,
        "test" | "localhost" | "local" => !allow_private,
        _ => false,
    }
}

/// Follows a few redirects, each of them checked.
pub fn redirects(allow_private: bool) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error(AddressRefused::Redirects(MAX_REDIRECTS));
        }
        let was_secure = attempt.previous().last().is_some_and(|before| before.scheme() == "https");
        if was_secure && attempt.url().scheme() == "http" && !allow_private {
            return attempt.error(AddressRefused::Downgrade);
        }
        match check(attempt.url(), allow_private) {
            Ok(()) => attempt.follow(),
            Err(refusal) => attempt.error(refusal),
        }
    })
}

/// Resolves names, and gives only addresses that may be asked; the connection is made to one of them.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    /// Gives private addresses too.
    pub allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|address| allow_private || is_public(address.ip())).collect();
            match (found.first(), allowed.is_empty()) {
                (Some(first), true) => {
                    Err(AddressRefused::Private(format!("{} ({})", name.as_str(), first.ip())).into())
                }
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// Says whether an address belongs to a host that everybody can reach (RFC 6890 and its updates).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => matches!(b, 18 | 19) || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let s = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // NAT64 and 6to4 carry an IPv4 address and lead to it.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, benchmarking, ORCHID, documentation.
        [0x2001, 0..0x200, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Only 2000::/3 is given out to hosts.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_url(url: &str, allowed: bool) {
        assert_eq!(check(&Url::parse(url).unwrap(), false).is_ok(), allowed, "{url}");
    }

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "0",
            "10.0.0.1",
            "172.16.9.9",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a00:1]",
            "[fe80::1]",
            "[fc00::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[::127.0.0.1]",
            "[2001:db8::1]",
            "192.0.2.1",
        ] {
            check_url(&format!("http://{host}/"), false);
        }
        for host in ["8.8.8.8", "[2606:4700::1111]", "harbour.example", "172.32.0.1", "[64:ff9b::808:808]"] {
            check_url(&format!("https://{host}/"), true);
        }
    }

    #[test]
    fn names_that_lead_nowhere_are_known() {
        let reserved = |url: &str, allow_private| is_reserved(&Url::parse(url).unwrap(), allow_private);
        for url in [
            "https://harbour.example/a",
            "https://example/",
            "https://x.invalid./",
            "https://x.test",
            "http://localhost:80",
        ] {
            assert!(reserved(url, false), "{url}");
        }
        assert!(!reserved("https://example.com/", false) && !reserved("https://8.8.8.8/", false));
        assert!(!reserved("http://localhost:80", true) && reserved("https://x.invalid", true));
    }

    #[test]
    fn only_the_web_is_fetched() {
        for url in ["file:///etc/passwd", "gopher://harbour.example/", "ftp://harbour.example/", "data:,x"] {
            check_url(url, false);
        }
    }
}
