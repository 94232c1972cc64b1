//! A JSON Feed item by item: ids that are numbers are taken as text, as the format asks of its readers, and
//! items that are broken or cut off do not take the others with them.

use feed_rs::parser::Parser;
use serde_json::{Deserializer, Value};

use super::repaired::Repaired;

/// Reads the items that can be read; `None` where not even the beginning is that of a feed.
pub(super) fn read(text: &str, parser: &dyn Fn() -> Parser) -> Option<Repaired> {
    let items = text.find("\"items\"")?;
    let open = items + text[items..].find('[')? + 1;
    let (head, mut rest) = text.split_at(open);
    let mut feed = parser().parse(format!("{head}]}}").as_bytes()).ok()?;
    let (mut lost, mut truncated) = (0, false);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.starts_with(']') {
            break;
        }
        let mut stream = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(mut item)) = stream.next() else {
            (truncated, lost) = (true, lost + usize::from(!rest.is_empty()));
            break;
        };
        rest = &rest[stream.byte_offset()..];
        if let Some(id) = item.get_mut("id").filter(|id| id.is_number()) {
            *id = Value::String(id.to_string());
        }
        match parser().parse(format!("{head}{item}]}}").as_bytes()) {
            Ok(one) => feed.entries.extend(one.entries),
            Err(_) => lost += 1,
        }
    }
    Some(Repaired { feed, lost, truncated })
}
