//! The tabs: the same mail, taken apart in one way each.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, parsers::MessageStream};
use serde_json::{Value, json};

use super::{
    answers::Ask,
    fault::{self, Fault},
    room::{Built, Look, Room},
    views::View,
};
use crate::{
    diagnostic::error_report,
    edition::Edition,
    mailing,
    message::{self, Occasion, Personal, Sender},
    post::canonical,
    render::{self, Rendered},
    subscriber::Subscriber,
    teaser::{self, SkippedMethod},
};

/// An edition as one reader sees it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) built: Arc<Built>,
    pub(super) reader: Subscriber,
    pub(super) sender: Sender,
    /// It is not what would go out now.
    pub(super) is_stale: bool,
    personal: Option<Personal>,
}

impl Seen {
    /// What somebody asks to see.
    ///
    /// # Errors
    /// Why there is nothing.
    pub(super) async fn of(room: &Arc<Room>, ask: &Ask) -> Result<Self, Fault> {
        let look = room.look(ask.digest.as_deref()).await;
        Self::of_look(room, &look, ask).await
    }

    pub(super) async fn of_look(room: &Arc<Room>, look: &Look, ask: &Ask) -> Result<Self, Fault> {
        let told = |error: crate::store::Error| Fault::of(&error);
        let nothing = |what: &str| Fault { what: what.to_owned(), ..Fault::default() };
        let (built, is_stale) = match (ask.edition, &look.name) {
            (Some(number), Some(digest)) => {
                let past = room.past(look, digest, number).await?;
                (past.ok_or_else(|| nothing(&format!("there is no edition {number} of `{digest}`")))?, false)
            }
            _ => match look.shown(ask.fresh) {
                Some(built) => (Arc::clone(built), look.is_stale(ask.fresh)),
                None => return Err(look.fault.clone().unwrap_or_else(|| nothing("there is no digest"))),
            },
        };
        let reader = match ask.reader.as_deref().map(str::trim).filter(|address| !address.is_empty()) {
            None => Subscriber::sample(),
            Some(address) => {
                let address = address.parse().map_err(|words: String| nothing(&words))?;
                mailing::reader(&built.store, &address).await.map_err(told)?
            }
        };
        let sender = built.config.sender(built.store.keys().await.map_err(told)?);
        let personal = built.parts().map(|(edition, variants)| {
            let parts = variants.of(reader.language.as_deref());
            message::personalise(edition, parts, &reader, &sender, Occasion::Sample(0))
        });
        Ok(Self { built, reader, sender, is_stale, personal })
    }

    /// The edition, its parts, and these with the reader's own values.
    pub(super) fn mail(&self) -> Option<(&Edition, &Rendered, &Personal)> {
        let (edition, variants) = self.built.parts()?;
        Some((edition, variants.of(self.reader.language.as_deref()), self.personal.as_ref()?))
    }

    /// What went wrong on the way, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let sources = self.built.draft().into_iter().flat_map(|draft| &draft.problems);
        let sources = sources.map(|problem| match &problem.place {
            Some(place) => format!("{}: {place}: {}", problem.source, problem.message),
            None => format!("{}: {}", problem.source, problem.message),
        });
        let layout = self.mail().into_iter().flat_map(|(_, parts, _)| parts.problems.iter().cloned());
        sources.chain(layout).collect()
    }
}

/// The page of the mail, with its pictures, as a client shows it; empty where there is none.
pub(super) fn html(seen: &Seen, view: View) -> String {
    let Some((edition, _, personal)) = seen.mail() else { return String::new() };
    message::stand_alone(edition, &view.of(&personal.html)).into_owned()
}

/// The tabs, and what one of them shows of a single post.
pub(super) const NAMES: [&str; 9] = ["why", "post", "checks", "links", "text", "headers", "mjml", "context", "raw"];

/// What a tab shows; nothing where there is no edition.
///
/// # Errors
/// When the store, a template or the message fails.
pub(super) async fn part(room: &Room, seen: &Seen, name: &str, ask: &Ask) -> Result<Value, Fault> {
    if name == "why" {
        return Ok(why(seen));
    }
    if name == "checks" {
        let rows = seen.built.rows(&room.project.environment).await;
        let roster = room.roster();
        let rows = rows.map_err(|error| Fault::of(&error))?.iter().chain(&roster).map(|row| {
            let mut said = json!(row);
            said["source"] = json!(row.place.as_deref().and_then(fault::line_of));
            said
        });
        return Ok(json!({ "rows": rows.collect::<Vec<_>>() }));
    }
    let Some((edition, parts, personal)) = seen.mail() else { return Ok(json!({})) };
    match name {
        "text" => Ok(json!({ "text": personal.text })),
        "mjml" => Ok(json!({ "text": parts.mjml })),
        "headers" => octets(seen, edition, parts).map(|octets| json!({ "headers": headers(&octets) })),
        "raw" => octets(seen, edition, parts)
            .map(|octets| json!({ "text": String::from_utf8_lossy(&octets), "octets": octets.len() })),
        "context" => render::context(edition, seen.reader.language.as_deref(), seen.built.config.templates.as_deref())
            .map(|context| json!({ "context": context }))
            .map_err(|error| Fault::of(&error)),
        "links" => Ok(json!({ "links": links(seen, edition, personal) })),
        _ => Ok(post(edition, ask.post)),
    }
}

/// The message as it goes over the wire.
fn octets(seen: &Seen, edition: &Edition, parts: &Rendered) -> Result<Vec<u8>, Fault> {
    let message = message::make(edition, parts, &seen.reader, &seen.sender, Occasion::Sample(0));
    message.map(|message| message.octets).map_err(|error| Fault { what: error_report(&error), ..Fault::default() })
}

/// The header fields: as they stand, unfolded, and what they say.
fn headers(octets: &[u8]) -> Vec<Value> {
    let Some(message) = MessageParser::default().parse(octets) else { return Vec::new() };
    let field = |header: &mail_parser::Header<'_>| {
        let raw = octets.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
        let text = String::from_utf8_lossy(raw);
        let unfolded = text.split("\r\n").map(str::trim).collect::<Vec<_>>().join(" ");
        let line = format!("{}\r\n", unfolded.trim());
        let read = unfolded.contains("=?").then(|| MessageStream::new(line.as_bytes()).parse_unstructured());
        let said = read.and_then(|read| read.into_text()).map_or_else(|| unfolded.trim().to_owned(), Into::into);
        json!({ "name": header.name(), "says": said, "raw": text.trim_matches([' ', '\r', '\n']) })
    };
    message.headers().iter().map(field).collect()
}

/// Every link of the page: where it leads, its words, and the post that it belongs to.
fn links(seen: &Seen, edition: &Edition, personal: &Personal) -> Vec<Value> {
    let leave = message::unsubscribe_link(edition, &seen.reader, &seen.sender, Occasion::Sample(0));
    let page = dom_query::Document::from(personal.html.as_str());
    let mut links: Vec<Value> = Vec::new();
    for node in page.select("a[href]").nodes() {
        let href = node.attr("href").unwrap_or_default().to_string();
        let alt = |picture: &dom_query::NodeRef<'_>| picture.attr("alt").unwrap_or_default().to_string();
        let pictures = dom_query::Selection::from(*node).select("img").nodes().iter().map(alt).collect::<Vec<_>>();
        let words = format!("{} {}", node.text(), pictures.join(" "));
        let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let own = url::Url::parse(&href).ok().map(|url| canonical(&url));
        let is_of = |url: Option<&url::Url>| own.is_some() && url.map(canonical) == own;
        let of = edition.posts.iter().position(|item| is_of(item.post.url.as_ref()));
        let leaves = leave.as_ref().is_some_and(|leave| *leave == href);
        let link = json!({
            "href": href, "text": text, "post": of, "title": of.map(|of| &edition.posts[of].post.title), "leaves": leaves,
        });
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// Each post in or out, and why; its teaser, and where that came from.
fn why(seen: &Seen) -> Value {
    let zone = seen.built.config.publication.timezone;
    let day = |at: Option<DateTime<Utc>>| at.map(|at| at.with_timezone(&zone).format("%-d %b %Y, %H:%M").to_string());
    let told = |post: &crate::post::Post| json!({ "title": post.title, "url": post.url, "source": post.source, "published": day(post.published) });
    let edition = seen.mail().map(|(edition, _, _)| edition);
    let items: Vec<_> = edition.into_iter().flat_map(|edition| &edition.posts).collect();
    let Some(draft) = seen.built.draft() else {
        let rows = items.iter().enumerate().map(|(index, item)| {
            let mut row = told(&item.post);
            row["index"] = json!(index);
            row["teaser"] = json!(item.teaser);
            row
        });
        return json!({ "in": rows.collect::<Vec<_>>(), "out": [] });
    };
    let (mut within, mut without) = (Vec::new(), Vec::new());
    for (index, candidate) in draft.selection.candidates.iter().enumerate() {
        let mut row = told(&candidate.post);
        row["reason"] = json!(candidate.reason.to_string());
        row["firstSeen"] = json!(day(candidate.first_seen));
        match draft.selection.picked.iter().position(|picked| *picked == index) {
            Some(place) => {
                row["index"] = json!(place);
                row["teaser"] = json!(items.get(place).map(|item| &item.teaser));
                row["refused"] = json!(draft.refused.get(place).map(|refused| reasons(refused)));
                within.push((place, row));
            }
            None => without.push(row),
        }
    }
    within.sort_by_key(|(place, _)| *place);
    json!({ "in": within.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), "out": without })
}

fn reasons(refused: &[SkippedMethod]) -> Vec<String> {
    refused.iter().map(|refusal| format!("{}: {}", refusal.method.as_str(), refusal.reason)).collect()
}

/// A post's own words, with those marked that its teaser has.
fn post(edition: &Edition, index: usize) -> Value {
    match edition.posts.get(index) {
        Some(item) => json!({
            "title": item.post.title, "teaser": item.teaser, "passages": teaser::highlight_teaser(&item.post, &item.teaser),
        }),
        None => json!({}),
    }
}
