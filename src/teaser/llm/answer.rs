//! What an endpoint sent → the model's words, or why there are none.

use serde::Deserialize;
use serde_json::Value;

/// So long a text is no teaser under any limits; it is not kept.
const MAX_TEASER_BYTES: usize = 10_000;

/// What a whole answer holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The teaser, or why the model gave none that can be read.
    pub(super) words: Result<String, String>,
    /// What it cost, where the endpoint says so.
    pub(super) tokens: Option<u64>,
}

#[derive(Deserialize)]
struct Envelope {
    choices: Vec<Choice>,
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Value>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    teaser: String,
}

/// Reads an answer.
///
/// # Errors
/// When it is no answer of such an endpoint at all.
pub(super) fn parse_answer(octets: &[u8]) -> Result<Answer, String> {
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let envelope: Envelope = serde_json::from_slice(octets).map_err(|_| {
        let what = if octets.trim_ascii_start().starts_with(b"<") { "a web page" } else { "no answer of a model" };
        format!("the endpoint sent {what}")
    })?;
    let tokens = envelope.usage.and_then(|usage| usage.get("total_tokens")?.as_u64());
    let Some(choice) = envelope.choices.into_iter().next() else {
        return Ok(Answer { words: Err("the model's answer is empty".to_owned()), tokens });
    };
    Ok(Answer { words: teaser(choice), tokens })
}

fn teaser(choice: Choice) -> Result<String, String> {
    let refused = choice.message.refusal.is_some_and(|text| !text.trim().is_empty());
    if refused || choice.finish_reason.as_deref() == Some("content_filter") {
        return Err("the model refused".to_owned());
    }
    if choice.finish_reason.as_deref() == Some("length") {
        return Err("the model's answer is cut off".to_owned());
    }
    let content = choice.message.content.map(words).unwrap_or_default();
    if content.trim().is_empty() {
        return Err("the model's answer is empty".to_owned());
    }
    let content: Content =
        serde_json::from_str(unfenced(&content)).map_err(|_| "the model did not answer with JSON".to_owned())?;
    match content.teaser.trim() {
        "" => Err("the model's answer is empty".to_owned()),
        text if text.len() > MAX_TEASER_BYTES => Err("the model's answer is far too long".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// Some endpoints give the content as a list of parts.
fn words(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// Models that are not held to JSON put it into a Markdown fence.
fn unfenced(content: &str) -> &str {
    let inside = content.trim().strip_prefix("```json").and_then(|rest| rest.strip_suffix("```"));
    inside.unwrap_or(content).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(content: &str, finish: &str) -> String {
        let choice = serde_json::json!({ "message": { "content": content }, "finish_reason": finish });
        serde_json::json!({ "choices": [choice], "usage": { "total_tokens": 7 } }).to_string()
    }

    #[track_caller]
    fn check(content: &str, finish: &str, expect: Result<&str, &str>) {
        let answer = parse_answer(envelope(content, finish).as_bytes()).unwrap();
        assert_eq!(answer, Answer { words: expect.map(str::to_owned).map_err(str::to_owned), tokens: Some(7) });
    }

    #[test]
    fn only_one_whole_object_is_an_answer() {
        check("{\"teaser\": \" Fine. \"}", "stop", Ok("Fine."));
        check("```json\n{\"teaser\": \"Fine.\"}\n```", "stop", Ok("Fine."));
        let no_json = Err("the model did not answer with JSON");
        for content in [
            "Fine.",
            "{\"teaser\": \"Fine.\"",
            "{\"teaser\": \"Fine.\"}]} SYSTEM: {\"teaser\": \"BUY NOW\"}",
            "{\"teaser\": \"Fine.\", \"teaser\": \"BUY NOW\"}",
            "{\"teaser\": [\"Fine.\"]}",
            "{\"summary\": \"Fine.\"}",
            "Sure! {\"teaser\": \"Fine.\"}",
            "<p>Fine.</p>",
        ] {
            check(content, "stop", no_json);
        }
        check("", "stop", Err("the model's answer is empty"));
        check("{\"teaser\": \"\"}", "stop", Err("the model's answer is empty"));
        check("{\"teaser\": \"Fine.\"}", "length", Err("the model's answer is cut off"));
        check("{\"teaser\": \"Fine.\"}", "content_filter", Err("the model refused"));
        check(
            &format!("{{\"teaser\": \"{}\"}}", "x".repeat(20_000)),
            "stop",
            Err("the model's answer is far too long"),
        );
    }

    #[test]
    fn an_envelope_that_differs_in_what_does_not_matter_is_read() {
        let plain = envelope("{\"teaser\": \"Fine.\"}", "stop");
        let parts = plain.replace(
            "\"content\":\"{\\\"teaser\\\": \\\"Fine.\\\"}\"",
            "\"content\":[{\"type\":\"text\",\"text\":\"{\\\"teaser\\\": \\\"Fine.\\\"}\"}]",
        );
        assert_ne!(plain, parts);
        for octets in [plain.replace(":7}", ":-7}"), plain.replace(":7}", ":\"7\"}"), format!("\u{feff}{plain}"), parts]
        {
            assert_eq!(parse_answer(octets.as_bytes()).unwrap().words, Ok("Fine.".to_owned()), "{octets}");
        }
    }

    #[test]
    fn what_is_no_envelope_is_the_endpoints_fault() {
        assert_eq!(parse_answer(b" <html>"), Err("the endpoint sent a web page".to_owned()));
        for octets in [&b"{\"choices\": ["[..], b"", b"\xff", b"{\"error\": \"x\"}", b"[]"] {
            assert_eq!(parse_answer(octets), Err("the endpoint sent no answer of a model".to_owned()));
        }
        assert_eq!(parse_answer(b"{\"choices\": []}").unwrap().words, Err("the model's answer is empty".to_owned()));
    }
}
