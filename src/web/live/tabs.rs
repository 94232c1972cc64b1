//! The tabs: the same mail, taken apart in one way each.

use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, parsers::MessageStream};
use serde_json::{Value, json};

use super::{
    diagnostics,
    reader_view::{ReaderView, ViewQuery},
    session::PreviewSession,
};
use crate::{
    diagnostic::{Diagnostic, Explain as _},
    edition::Edition,
    message::{self, Occasion, PersonalParts},
    post::canonical,
    render::{self, Rendered},
    teaser::{self, SkippedMethod},
};

/// The tabs, and what one of them shows of a single post.
pub(super) const NAMES: [&str; 9] = ["why", "post", "checks", "links", "text", "headers", "mjml", "context", "raw"];

/// Gives what a tab shows; nothing where there is no edition.
///
/// # Errors
/// When the store, a template or the message fails.
pub(super) async fn content(
    session: &PreviewSession,
    view: &ReaderView,
    name: &str,
    query: &ViewQuery,
) -> Result<Value, Diagnostic> {
    if name == "why" {
        return Ok(posts(view));
    }
    if name == "checks" {
        let rows = view.built.rows(&session.project.environment).await;
        let subscriber_rows = session.subscriber_rows();
        let rows = rows.map_err(|error| error.diagnostic())?.iter().chain(&subscriber_rows).map(|row| {
            let mut shown = json!(row);
            shown["source"] = json!(row.diagnostic.place.as_ref().and_then(diagnostics::line_at));
            shown
        });
        return Ok(json!({ "rows": rows.collect::<Vec<_>>() }));
    }
    let Some((edition, parts, personal)) = view.mail() else { return Ok(json!({})) };
    match name {
        "text" => Ok(json!({ "text": personal.text })),
        "mjml" => Ok(json!({ "text": parts.mjml })),
        "headers" => message_octets(view, edition, parts).map(|octets| json!({ "headers": header_fields(&octets) })),
        "raw" => message_octets(view, edition, parts)
            .map(|octets| json!({ "text": String::from_utf8_lossy(&octets), "octets": octets.len() })),
        "context" => render::template_context(edition, view.reader.language.as_deref(), &view.built.config.templates)
            .map(|context| json!({ "context": context }))
            .map_err(|error| error.diagnostic()),
        "links" => Ok(json!({ "links": links(view, edition, personal) })),
        _ => Ok(post_passages(edition, query.post)),
    }
}

/// The message as it goes over the wire.
fn message_octets(view: &ReaderView, edition: &Edition, parts: &Rendered) -> Result<Vec<u8>, Diagnostic> {
    let message = message::fill_once(edition, parts, &view.reader, &view.sender, Occasion::Sample(0));
    message.map(|message| message.octets).map_err(|error| error.diagnostic())
}

/// The header fields: as they stand, unfolded, and what they say.
fn header_fields(octets: &[u8]) -> Vec<Value> {
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
fn links(view: &ReaderView, edition: &Edition, personal: &PersonalParts) -> Vec<Value> {
    let leave = message::unsubscribe_link(edition, &view.reader, &view.sender, Occasion::Sample(0));
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
fn posts(view: &ReaderView) -> Value {
    let zone = view.built.config.publication.timezone;
    let day = |at: Option<DateTime<Utc>>| at.map(|at| at.with_timezone(&zone).format("%-d %b %Y, %H:%M").to_string());
    let row_of = |post: &crate::post::Post| json!({ "title": post.title, "url": post.url, "source": post.source, "published": day(post.published) });
    let edition = view.mail().map(|(edition, _, _)| edition);
    let items: Vec<_> = edition.into_iter().flat_map(|edition| &edition.posts).collect();
    let Some(draft) = view.built.draft() else {
        let rows = items.iter().enumerate().map(|(index, item)| {
            let mut row = row_of(&item.post);
            row["index"] = json!(index);
            row["teaser"] = json!(item.teaser);
            row
        });
        return json!({ "in": rows.collect::<Vec<_>>(), "out": [] });
    };
    let (mut selected, mut left_out) = (Vec::new(), Vec::new());
    for (index, candidate) in draft.selection.candidates.iter().enumerate() {
        let mut row = row_of(&candidate.post);
        row["reason"] = json!(candidate.reason.to_string());
        row["firstSeen"] = json!(day(candidate.first_seen));
        match draft.selection.picked.iter().position(|picked| *picked == index) {
            Some(place) => {
                row["index"] = json!(place);
                row["teaser"] = json!(items.get(place).map(|item| &item.teaser));
                row["refused"] = json!(draft.refused.get(place).map(|refused| reasons(refused)));
                selected.push((place, row));
            }
            None => left_out.push(row),
        }
    }
    selected.sort_by_key(|(place, _)| *place);
    let passed_over =
        draft.folders.iter().filter_map(|(source, folder)| Some(format!("{source}: {}", folder.summary()?)));
    json!({ "passedOver": passed_over.collect::<Vec<_>>(), "in": selected.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), "out": left_out })
}

fn reasons(skipped: &[SkippedMethod]) -> Vec<String> {
    skipped.iter().map(|one| format!("{}: {}", one.method.as_str(), one.reason)).collect()
}

/// A post's own words, with those marked that its teaser has.
fn post_passages(edition: &Edition, index: usize) -> Value {
    match edition.posts.get(index) {
        Some(item) => json!({
            "title": item.post.title, "teaser": item.teaser, "passages": teaser::highlight_teaser(&item.post, &item.teaser),
        }),
        None => json!({}),
    }
}
