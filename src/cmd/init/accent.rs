//! The one colour that a site is known by, out of its style sheets and configs.

use std::collections::HashMap;

use crate::{
    css::{Rule, Sheet, declarations, selectors},
    lint::css_color,
    render::{Rgb, hex},
};

/// Names under which themes keep that colour, the surest first.
const NAMES: &str = include_str!("accent_names.txt");

/// How far apart the parts of a colour stand at least: what is less is a grey.
const MIN_CHROMA: u8 = 40;

/// Finds the accent of a site: what its pages ask browsers to take (`theme-color`), else what its styles name so, else
/// the colour of links, else the one that stands there most often.
pub fn accent(theme_color: Option<&str>, styles: &[String]) -> Option<String> {
    let named = || styles.iter().find_map(|style| named(style));
    let linked = || styles.iter().find_map(|style| linked(&Sheet::parse(style)));
    let color = theme_color.and_then(vivid).or_else(named).or_else(linked).or_else(|| most_used(styles));
    color.map(hex)
}

fn vivid(value: &str) -> Option<Rgb> {
    let value = value.trim().trim_end_matches("!default").trim();
    // Some keep the three numbers alone, so that a rule can add how much shines through.
    let color = css_color(value).or_else(|| css_color(&format!("hsl({value})")))?;
    let (most, least) = (color.iter().max()?, color.iter().min()?);
    (most - least >= MIN_CHROMA).then_some(color)
}

fn named(style: &str) -> Option<Rgb> {
    let mut all = HashMap::new();
    let mut before = "";
    for (key, value) in assignments(style) {
        // `{ name: "theme-color", content: "#1f6f8b" }`
        let key = if before == "theme-color" { before } else { key };
        before = value;
        // The first is that of the day; those of the night follow.
        all.entry(key.to_ascii_lowercase()).or_insert(value);
    }
    NAMES.split_whitespace().find_map(|name| {
        let mut value = *all.get(name)?;
        for _ in 0..4 {
            let inner = value.strip_prefix("var(--").and_then(|rest| rest.split([')', ',']).next());
            let Some(next) = inner.or_else(|| value.strip_prefix('$')).and_then(|name| all.get(name.trim())) else {
                break;
            };
            value = next;
        }
        vivid(value)
    })
}

fn linked(sheet: &Sheet<'_>) -> Option<Rgb> {
    sheet.rules.iter().find_map(|rule| {
        let Rule::Style { selectors: list, block } = rule else { return None };
        let is_link = selectors(list).any(|selector| matches!(selector.trim(), "a" | "a:link" | "a:any-link"));
        let color = || declarations(block).into_iter().find(|declaration| declaration.name == "color");
        if is_link { vivid(&color()?.value) } else { None }
    })
}

fn most_used(styles: &[String]) -> Option<Rgb> {
    let mut counts: HashMap<Rgb, (usize, usize)> = HashMap::new();
    for (order, (_, value)) in styles.iter().flat_map(|style| assignments(style)).enumerate() {
        if let Some(color) = value.split_whitespace().find_map(|part| part.contains('#').then(|| vivid(part))?) {
            counts.entry(color).or_insert((0, usize::MAX - order)).0 += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, rank)| *rank).map(|(color, _)| color)
}

/// The assignments of a text in their order; a value that begins with a quotation mark ends with it.
pub fn assignments(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(['\n', ';', '{', '}']).flat_map(|piece| {
        let piece = piece.trim();
        let mut rest = if piece.starts_with("//") || piece.starts_with('#') { "" } else { piece };
        std::iter::from_fn(move || {
            let (key, after) = rest.split_at(rest.find([':', '='])?);
            let key = key.rsplit([' ', ',']).find(|part| !part.is_empty())?;
            let (value, next) = plain(&after[1..]);
            rest = next;
            Some((key.trim_matches(['"', '\'', '$', '@', '-']), value))
        })
    })
}

/// The value at the start, and what follows one in quotation marks.
fn plain(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.chars().next() {
        Some(quote @ ('"' | '\'' | '`')) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        _ => (text.split(" #").next().unwrap_or_default().trim_end_matches(',').trim(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(theme_color: &str, style: &str, expect: &str) {
        let found = accent(Some(theme_color), &[style.to_owned()]);
        assert_eq!(found.as_deref().unwrap_or("none"), expect, "{style}");
    }

    #[test]
    fn the_accent_is_found_where_sites_keep_it() {
        check("#8a4b08", "a { color: #00f }", "#8a4b08");
        check("#ffffff", ":root { --bg: #fff; --accent: rgb(0, 80, 160) }", "#0050a0");
        check("", ":root { --blue: #123abc; --primary: var(--blue) }", "#123abc");
        check("", ":root { --primary: 222 80% 40% }", "#1445b8");
        check("", "$link: #c03; a { color: $link; }", "#cc0033");
        check("", "body { color: #333 } a, a:visited { color: teal }", "#008080");
        check("", "h1 { color: #112233 } h2 { color: #aa0000 } h3 { border: 1px solid #aa0000 }", "#aa0000");
        check("", "body { color: #333; background: #eee }", "none");
    }

    #[track_caller]
    fn check_assignment(text: &str, key: &str, expect: &str) {
        let value = assignments(text).find(|(known, _)| *known == key).map(|(_, value)| value);
        assert_eq!(value.unwrap_or_default(), expect, "{text}");
    }

    #[test]
    fn values_are_found_in_every_kind_of_config() {
        check_assignment("title = \"The # Works\" # mine\n", "title", "The # Works");
        check_assignment("title: Mill Road # mine\nurl: \"https://mill.example\"", "url", "https://mill.example");
        check_assignment("{\n  \"title\": \"A\",\n  \"url\": \"https://a.example/\"\n}", "url", "https://a.example/");
        check_assignment(
            "export default defineConfig({ site: \"https://tide.example/\", trailingSlash: \"never\" });",
            "site",
            "https://tide.example/",
        );
        check_assignment("SITENAME = 'Salt Marsh'\n", "SITENAME", "Salt Marsh");
        check_assignment("# title = \"no\"\nsubtitle = \"no\"\n", "title", "");
        check_assignment(":root { --accent: #a0b; }", "accent", "#a0b");
        check_assignment("$primary: rgb(1, 2, 3);", "primary", "rgb(1, 2, 3)");
    }
}
