//! An error and its causes in one line, for people.

/// An error and its causes in one line, each said once; hints stay last.
pub fn error_report(error: &dyn std::error::Error) -> String {
    let mut lines = Vec::new();
    let mut hints = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        let (what, hint) = text.split_once("\nhint: ").map_or((text.as_str(), None), |(what, hint)| (what, Some(hint)));
        hints.extend(hint.map(str::to_owned));
        if !lines.iter().any(|said: &String| said.contains(what)) {
            lines.push(what.to_owned());
        }
        next = cause.source();
    }
    let mut text = lines.join(": ");
    for hint in hints {
        text.push_str(&format!("\nhint: {hint}"));
    }
    text
}
