//! Mail addresses.

use std::{fmt, str::FromStr};

use url::Host;

/// One mailbox address (RFC 5321 4.1.2), its domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// An address that stands for any reader's.
    pub(super) fn example() -> Self {
        Self("reader@example.com".to_owned())
    }

    /// The address as written on the envelope.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address for logs: `m…@harbour.example`.
    pub fn masked(&self) -> String {
        let first: String = self.0.chars().take(1).collect();
        format!("{first}…@{}", self.domain())
    }
}

/// Masks every address in a text that others wrote, such as a relay's reply, for logs.
pub fn mask(text: &str) -> String {
    let is_outside = |c: char| c.is_whitespace() || "<>()[]\"'`,;:".contains(c);
    let masked = text.split_inclusive(is_outside).map(|word| {
        let Some((local, domain)) = word.rsplit_once('@') else { return word.to_owned() };
        let first: String = local.chars().take(1).collect();
        if first.is_empty() { word.to_owned() } else { format!("{first}…@{domain}") }
    });
    masked.collect()
}

impl FromStr for Address {
    type Err = String;

    /// Takes one address and nothing around it; a domain in another script is written in its ASCII form.
    ///
    /// # Errors
    /// Says what is wrong with anything else: no `@`, two addresses, a line break, an address of numbers.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim_matches([' ', '\t']);
        if let Some(bad) = text.chars().find(|c| is_hidden(*c)) {
            return Err(format!("a control character (U+{:04X}) in the address", u32::from(bad)));
        }
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| format!("`{text}` has no `@`"))?;
        if !local.starts_with('"') && (local.contains('@') || text.contains([',', ';', ' ', '<', '>'])) {
            return Err(format!("`{text}` is not one address"));
        }
        if local.len() > 64 {
            return Err("the part before the `@` is longer than 64 octets".to_owned());
        }
        let no_domain = || format!("`{text}` has no valid domain");
        let domain = match Host::parse(domain) {
            // A percent sign would be decoded: that is for links, not for mail.
            Ok(Host::Domain(ascii)) if !domain.contains('%') && ascii.split('.').all(is_label) => ascii,
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(format!("`{text}` names a machine by its number")),
            _ => return Err(no_domain()),
        };
        let address = format!("{local}@{domain}");
        if address.len() > 254 {
            return Err("the address is longer than 254 octets".to_owned());
        }
        address.parse::<lettre::Address>().map_err(|_| format!("`{text}` is not an address"))?;
        Ok(Self(address))
    }
}

/// Characters that nobody sees and that end lines or turn text round where somebody reads them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

/// Says whether this is one part of a domain name (RFC 1123 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        match (text.parse::<Address>(), expect) {
            (Ok(address), Ok(expect)) => assert_eq!(address.as_str(), expect),
            (Err(error), Err(why)) => assert!(error.contains(why), "{error}"),
            (found, _) => panic!("{text:?} gives {found:?}"),
        }
    }

    #[test]
    fn one_address_is_taken() {
        check("ann@harbour.example", Ok("ann@harbour.example"));
        check(" Ann.Reed+x@Harbour.EXAMPLE\t", Ok("Ann.Reed+x@harbour.example"));
        check("o'hara@harbour.example", Ok("o'hara@harbour.example"));
        check("\"ann reed\"@harbour.example", Ok("\"ann reed\"@harbour.example"));
        check("ann@häfen.example", Ok("ann@xn--hfen-loa.example"));
        check("jörg@harbour.example", Ok("jörg@harbour.example"));
        check("root@localhost", Ok("root@localhost"));
    }

    #[test]
    fn anything_else_is_refused() {
        check("", Err("has no `@`"));
        check("ann", Err("has no `@`"));
        check("@harbour.example", Err("not an address"));
        check("ann@", Err("no valid domain"));
        check("ann@harbour..example", Err("no valid domain"));
        check("ann@harbour.example.", Err("no valid domain"));
        check("ann@-harbour.example", Err("no valid domain"));
        check("ann@har_bour.example", Err("no valid domain"));
        check("ann@harbour%2eexample", Err("no valid domain"));
        check("ann@harbour.example/x", Err("no valid domain"));
        check("ann@127.0.0.1", Err("by its number"));
        check("ann@[127.0.0.1]", Err("no valid domain"));
        check("ann@[::1]", Err("by its number"));
        check("ann@2130706433", Err("by its number"));
        check("a@harbour.example,b@harbour.example", Err("not one address"));
        check("a@harbour.example b@harbour.example", Err("not one address"));
        check("Ann <a@harbour.example>", Err("not one address"));
        check("\"a\"@b.example,\"c\"@harbour.example", Err("not an address"));
        check("ann@harbour.example\r\nBcc: b@harbour.example", Err("U+000D"));
        check("ann@harbour.example\u{2028}x", Err("U+2028"));
        check("ann\0@harbour.example", Err("U+0000"));
        check("ann\u{200b}@harbour.example", Err("U+200B"));
        check(&format!("{}@harbour.example", "a".repeat(65)), Err("64 octets"));
        check(&format!("ann@{}example", "harbour.".repeat(40)), Err("254 octets"));
    }

    #[test]
    fn addresses_in_foreign_words_are_masked() {
        for (text, expect) in [
            ("550 5.1.1 <ann@harbour.example>: no such user", "550 5.1.1 <a…@harbour.example>: no such user"),
            ("list.csv:3: `b.o.b@x.example` twice, at @home", "list.csv:3: `b…@x.example` twice, at @home"),
            ("nothing here", "nothing here"),
            ("øre@x.example\nc@y.example", "ø…@x.example\nc…@y.example"),
        ] {
            assert_eq!(mask(text), expect);
        }
    }

    #[test]
    fn logs_show_little() {
        assert_eq!("ann@harbour.example".parse::<Address>().unwrap().masked(), "a…@harbour.example");
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_safe_line_and_is_taken_again(
            text in "\\PC{0,30}|[a-z\"@., <>\r\n\\\\]{0,12}@[a-zé.\\-0-9\\[\\]:]{0,12}",
        ) {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert!(!address.as_str().chars().any(is_hidden));
                prop_assert!(address.domain().is_ascii());
                prop_assert_eq!(address.as_str().parse::<Address>(), Ok(address));
            }
        }
    }
}
