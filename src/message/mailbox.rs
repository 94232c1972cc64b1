use crate::subscriber::Address;

use super::{error::Error, header_text as text};

/// Reads `Name <address>` or a bare address; the name comes back as one clean line.
///
/// # Errors
/// When there is no one valid address in it.
pub fn parse_mailbox(written: &str) -> Result<(Option<String>, Address), Error> {
    let wrong = |why: String| Error::Mailbox(text::line(written), why);
    let trimmed = written.trim();
    let Some(inner) = trimmed.strip_suffix('>') else {
        return Ok((None, trimmed.parse().map_err(wrong)?));
    };
    let (name, address) = inner.rsplit_once('<').ok_or_else(|| wrong("a `>` without its `<`".to_owned()))?;
    let name = text::line(name);
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name,
    };
    Ok((Some(name).filter(|name| !name.is_empty()), address.parse().map_err(wrong)?))
}
