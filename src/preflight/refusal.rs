//! The last look at an edition before anybody gets it.

use crate::{
    config::Config,
    deliver::Destination,
    diagnostic::Diagnostic,
    edition::Edition,
    lint::{self, Level},
    message::{self, Occasion, Sender},
    render::Variants,
    subscriber::Subscriber,
};

/// Why an edition must not go out: it breaks rules that no mail may break. `None` where it may.
///
/// # Errors
/// When the message cannot be made.
pub fn refusal(
    config: &Config,
    edition: &Edition,
    variants: &Variants,
    sender: &Sender,
) -> Result<Option<Diagnostic>, message::Error> {
    let to_file = matches!(config.destination, Destination::File(_)) && !edition.has_unsubscribe;
    let (reader, origin) = (Subscriber::sample(), lint::Origin::of(edition));
    let mut rows = Vec::new();
    for parts in variants.all() {
        let message = message::fill_once(edition, parts, &reader, sender, Occasion::Sample(0))?;
        rows.extend(lint::lint(&message.octets, &origin));
    }
    rows.retain(|row| !(to_file && row.rule.starts_with('L')));
    if !lint::refuses(&rows) {
        return Ok(None);
    }
    let worst = rows.iter().filter(|row| row.level == Level::Error);
    let lines: Vec<String> = worst.map(|row| format!("{}: {}", row.rule, row.diagnostic.message)).collect();
    let refusal = Diagnostic::new(format!("this edition must not be sent: {}", lines.join("; ")));
    Ok(Some(refusal.hint("`tidings check` says more")))
}

/// Says whether readers could leave what goes out: mail that nobody can leave is not sent (RFC 8058).
pub fn offers_unsubscribe(config: &Config) -> bool {
    let mails = !matches!(config.destination, Destination::File(_));
    !mails || config.public_url.is_some() || config.unsubscribe_mailto.is_some()
}
