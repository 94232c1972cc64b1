//! Passwords and keys in texts that people are shown: whoever put them where they do not belong, they are left out.

use std::borrow::Cow;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Parts of the names of keys and parameters whose values are secrets.
const SECRET_NAMES: [&str; 12] = [
    "passw",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "signature",
    "auth",
    "private",
];

/// The same, where they are the whole name.
const WHOLE_NAMES: [&str; 6] = ["key", "sig", "pass", "sid", "session", "code"];

/// A user name of this length in an address that has no password is one.
const TOKEN_LENGTH: usize = 16;

/// Puts `***` in the place of passwords in addresses (`https://user:***@host`), of parameters (`?key=***`), and of the
/// values of keys of a config (`password = "***"`).
pub fn mask_secrets(text: &str) -> Cow<'_, str> {
    if !text.contains("://") && !text.contains('=') {
        return Cow::Borrowed(text);
    }
    let masked = mask_assignments(&mask_users(text));
    if masked == text { Cow::Borrowed(text) } else { Cow::Owned(masked) }
}

/// Masks what stands between `://` and `@`.
fn mask_users(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        rest = after;
        // Within quotes a password may hold spaces that nobody encoded.
        let scheme = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or("", |at| &before[at..]);
        let quote = scheme.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'));
        let is_end =
            |c: char| quote.map_or_else(|| c.is_whitespace() || "\"'`<>".contains(c), |quote| c == quote || c == '\n');
        let whole = &after[..after.find(is_end).unwrap_or(after.len())];
        let authority = &whole[..whole.find(['/', '?', '#']).unwrap_or(whole.len())];
        // Or a slash: a port has one behind it as well, and then a path is masked for nothing.
        let behind_slash = || whole.find('@').filter(|at| authority.contains(':') && whole[..*at].contains(':'));
        let Some(at) = authority.rfind('@').or_else(behind_slash) else { continue };
        match after[..at].split_once(':') {
            Some((user, _)) => masked.extend([user, ":", MASK]),
            None if at >= TOKEN_LENGTH && !after[..at].contains('.') => masked.push_str(MASK),
            None => masked.push_str(&after[..at]),
        }
        rest = &after[at..];
    }
    masked + rest
}

/// Masks the values of names that hold secrets: `name=value` in an address, `name = "value"` in a file.
fn mask_assignments(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        masked.push_str(before);
        masked.push('=');
        rest = after;
        let name = before.trim_end().trim_end_matches(['"', '\'']);
        let start = name.rfind(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).map_or(0, |at| at + 1);
        // `1` or more octets: the character before a name may be long.
        let name = name.get(start..).unwrap_or_default().trim_start_matches(['_', '-', '.']);
        if !is_secret(name) {
            continue;
        }
        let value = after.trim_start();
        masked.push_str(&after[..after.len() - value.len()]);
        let length = match value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
            Some(quote) => {
                masked.push(quote);
                rest = &value[1..];
                rest.find([quote, '\n']).unwrap_or(rest.len())
            }
            None => {
                rest = value;
                rest.find(|c: char| c.is_whitespace() || "&#\"'`<>,;)]".contains(c)).unwrap_or(rest.len())
            }
        };
        if length > 0 {
            masked.push_str(MASK);
        }
        rest = &rest[length..];
    }
    masked + rest
}

fn is_secret(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let names_a_place = ["_file", "_command", "_keys"].iter().any(|ending| name.ends_with(ending));
    let is_named = SECRET_NAMES.iter().any(|part| name.contains(part)) && name != "author" && name != "authors";
    !names_a_place && (is_named || WHOLE_NAMES.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_wherever_they_stand() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            assert_eq!(mask_secrets(text), expect);
        }
        check("url = \"smtp://u:S3CRET@relay.example:587\"", "url = \"smtp://u:***@relay.example:587\"");
        check("postgres://u:a@b:S3@db/x", "postgres://u:***@db/x");
        check("imaps://ana@mail.example/INBOX", "imaps://ana@mail.example/INBOX");
        check("https://ghp0123456789abcdefgh@git.example/", "https://***@git.example/");
        check("https://a.example/feed?key=S3CRET&x=1", "https://a.example/feed?key=***&x=1");
        check("see https://a.example/?x=1&access_token=S3CRET#t.", "see https://a.example/?x=1&access_token=***#t.");
        check("url = \"smtp://u:S3 C/RET@relay.example\"", "url = \"smtp://u:***@relay.example\"");
        check("https://a.example/post@home", "https://a.example/post@home");
        check("password = \"S3CRET\"", "password = \"***\"");
        check("12 | api_key='S3 CRET'  # mine", "12 | api_key='***'  # mine");
        check("smtp.pasword = S3CRET", "smtp.pasword = S3CRET");
        check("password_file = \"secrets/smtp\"", "password_file = \"secrets/smtp\"");
        check("image_keys = [\"cover\"]", "image_keys = [\"cover\"]");
        check("author = \"Ana\"", "author = \"Ana\"");
        check("a = b == c ü=d", "a = b == c ü=d");
        check("ünkey=x key=", "ünkey=x key=");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_masked(text in "[a:/@=\"' ?&keyü.\n]{0,60}") {
            let _ = mask_secrets(&text);
        }
    }
}
