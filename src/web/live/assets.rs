//! The page's own files, compiled in.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("assets/", $name)))),*];
    };
}

assets![
    "page.css",
    "mail.css",
    "problems.css",
    "panel.css",
    "main.js",
    "api.js",
    "checks.js",
    "choices.js",
    "contents.js",
    "dialog.js",
    "display.js",
    "dom.js",
    "fault.js",
    "inbox.js",
    "mail.js",
    "pointer.js",
    "posts.js",
    "sidebar.js",
    "size.js",
    "tabs.js",
    "width.js",
    "icon.svg",
];

const PAGE: &str = include_str!("assets/index.html");

/// The page, with the token of this run in it; nowhere else it stands.
pub(super) fn page(token: &str) -> Html<String> {
    Html(PAGE.replace("%TOKEN%", token))
}

/// A file of the page by its name.
pub(super) fn file(name: &str) -> Option<Response> {
    let (name, text) = FILES.iter().find(|(known, _)| *known == name)?;
    let kind = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    Some(([(header::CONTENT_TYPE, kind)], *text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_only_files_that_there_are() {
        for text in FILES.iter().map(|(_, text)| *text).chain([PAGE]) {
            for (at, _) in text.match_indices("./").chain(text.match_indices("/assets/")) {
                let name: String = text[at..]
                    .trim_start_matches("./")
                    .trim_start_matches("/assets/")
                    .chars()
                    .take_while(|char| char.is_alphanumeric() || *char == '.')
                    .collect();
                assert!(name.is_empty() || file(&name).is_some(), "{name}");
            }
        }
        assert!(file("../mod.rs").is_none() && file("").is_none());
    }

    #[test]
    fn no_file_is_crowded_and_none_writes_markup() {
        for (name, text) in FILES {
            assert!(text.lines().count() <= 400, "{name}");
            for way in ["innerHTML", "outerHTML =", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!text.contains(way), "{name}: {way}");
            }
        }
        assert!(PAGE.contains("%TOKEN%") && !PAGE.contains("<script>") && !PAGE.contains("style="));
        assert!(page("secret").0.contains("content=\"secret\""));
    }
}
