//! What went wrong with a request, in plain words and without a password.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName},
};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain as _, mask_secrets},
    source::address_guard::AddressRefused,
};

/// A URL for people: without a password or a key.
pub(in crate::source) fn without_password(url: &Url) -> String {
    mask_secrets(url.as_str()).into_owned()
}

/// Says what a status means that is no success.
pub(super) fn explain_status(status: StatusCode) -> Diagnostic {
    let number = status.as_u16();
    let words = match number {
        401 | 403 => {
            let words = format!("the server refused ({number}): it wants a login or does not like us");
            let hint =
                "many servers refuse programs that they do not know: set `fetch.user_agent`, with your address in it";
            return Diagnostic::new(words).hint(hint);
        }
        404 => return Diagnostic::new("the server does not have it (404)").hint("check the address"),
        429 => "the server says that we ask too often (429)".to_owned(),
        300..400 => format!("the server answered with a redirect that leads nowhere ({number})"),
        400..500 => format!("the server refused the request ({number})"),
        _ => format!("the server has trouble of its own ({number})"),
    };
    words.into()
}

/// Puts an error of the client into plain words, without the URL, which may hold a password.
pub(super) fn explain_error(error: &reqwest::Error, timeout: Duration) -> Diagnostic {
    if error.is_timeout() {
        return no_answer(timeout);
    }
    let mut chain = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<AddressRefused>() {
            return refusal.diagnostic();
        }
        if let Some(io) =
            error.downcast_ref::<std::io::Error>().filter(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
        {
            return format!("nobody answers there: {io}").into();
        }
        chain.push(error.to_string());
        cause = error.source();
    }
    let last = chain.pop().unwrap_or_default();
    let all = format!("{} {last}", chain.join(" ")).to_lowercase();
    let words = if all.contains("dns error") || all.contains("lookup address") || all.contains("no such host") {
        format!("its host name is not known: {last}")
    } else if ["certificate", "tls", "handshake", "corrupt message"].iter().any(|word| all.contains(word)) {
        format!("no secure connection: {last}")
    } else if error.is_redirect() {
        format!("too many redirects: {last}")
    } else if error.is_connect() {
        format!("no connection: {last}")
    } else if error.is_decode() || error.is_body() {
        format!("the answer broke off or is damaged: {last}")
    } else {
        format!("the server's answer makes no sense: {last}")
    };
    words.into()
}

/// Says that a deadline passed.
pub(super) fn no_answer(within: Duration) -> Diagnostic {
    let (seconds, millis) = (within.as_secs(), within.as_millis());
    let time = if within.subsec_millis() == 0 { format!("{seconds} s") } else { format!("{millis} ms") };
    format!("no whole answer within {time}").into()
}

/// Reads a header that is short and plain.
pub(super) fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= 1_000).then(|| value.to_owned())
}
