//! JSON Feed, item by item: what has another type than the format wants is taken as what it says, and items that are
//! broken or cut off do not take the others with them.

use serde_json::{Deserializer, Value};
use url::Url;

use super::draft::{Draft, FeedContext, Picture, join, language, paragraphs, person, unique};
use crate::zone::Zone;

/// A feed's head, its items, how many of them are broken, and whether it ends in the middle.
pub(super) struct JsonFeed {
    pub head: Value,
    pub items: Vec<Value>,
    pub lost: usize,
    pub truncated: bool,
}

/// Reads the items that can be read; `None` where not even the beginning is that of a feed.
pub(super) fn parse(text: &str) -> Option<JsonFeed> {
    if let Ok(mut head) = serde_json::from_str::<Value>(text) {
        let Value::Array(items) = head.get_mut("items")?.take() else { return None };
        return Some(JsonFeed { head, items, lost: 0, truncated: false });
    }
    let items = text.find("\"items\"")?;
    let open = items + text[items..].find('[')? + 1;
    let (head, mut rest) = text.split_at(open);
    let mut feed = JsonFeed {
        head: serde_json::from_str(&format!("{head}]}}")).ok()?,
        items: Vec::new(),
        lost: 0,
        truncated: false,
    };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.starts_with(']') {
            return Some(feed);
        }
        let mut stream = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(item)) = stream.next() else {
            (feed.truncated, feed.lost) = (true, usize::from(!rest.is_empty()));
            return Some(feed);
        };
        rest = &rest[stream.byte_offset()..];
        feed.items.push(item);
    }
}

/// What all items have in common; `own` is the feed's address.
pub(super) fn context<'a>(head: &Value, own: Option<Url>, source: &'a str, zone: Zone) -> FeedContext<'a> {
    let site = text(head, "home_page_url").and_then(|link| join(&link, own.as_ref()));
    FeedContext {
        source,
        base: site.or(own),
        authors: unique(people(head).iter().map(|name| person(name))),
        language: text(head, "language").and_then(|tag| language(&tag)),
        zone,
    }
}

/// Reads one item.
pub(super) fn draft(item: &Value) -> Draft {
    let plain = |key| text(item, key).map(|text| paragraphs(&text));
    let attachments = item.get("attachments").map(each).unwrap_or_default();
    let attached =
        attachments.iter().filter(|one| text(one, "mime_type").is_some_and(|kind| kind.starts_with("image/")));
    let images = ["image", "banner_image"]
        .iter()
        .filter_map(|key| text(item, key))
        .chain(attached.filter_map(|one| text(one, "url")));
    Draft {
        id: text(item, "id").unwrap_or_default(),
        links: ["url", "external_url", "id"]
            .iter()
            .filter_map(|key| text(item, key))
            .filter(|link| !link.is_empty())
            .collect(),
        title: text(item, "title").unwrap_or_default(),
        authors: people(item),
        published: text(item, "date_published").into_iter().collect(),
        updated: text(item, "date_modified").into_iter().collect(),
        tags: item
            .get("tags")
            .map(each)
            .unwrap_or_default()
            .iter()
            .filter_map(|tag| word(tag))
            .flat_map(|tag| tag.split(',').map(|tag| tag.trim().to_owned()).collect::<Vec<_>>())
            .collect(),
        language: text(item, "language"),
        images: images.map(|address| Picture { address, alt: String::new(), width: None, height: None }).collect(),
        content: text(item, "content_html")
            .filter(|html| !html.trim().is_empty())
            .or_else(|| plain("content_text"))
            .unwrap_or_default(),
        summary: plain("summary").unwrap_or_default(),
        base: None,
    }
}

/// Ids and tags that are numbers are taken as text, as the format asks of its readers.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn text(object: &Value, key: &str) -> Option<String> {
    word(object.get(key)?)
}

/// What should be a list and may be the only thing in it.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

/// The names in `authors`, and in `author` of the first version of the format.
fn people(object: &Value) -> Vec<String> {
    let people = ["authors", "author"].iter().filter_map(|key| object.get(*key)).flat_map(each);
    people.filter_map(|person| word(person).or_else(|| text(person, "name"))).collect()
}
