//! `key: value` and `key = value` wherever they stand: in TOML, YAML, JSON, Python, JavaScript, CSS and its dialects.
//!
//! A generator's config may be a program; what is sought in it is written out all the same.

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
    fn check(text: &str, key: &str, expect: &str) {
        let value = assignments(text).find(|(known, _)| *known == key).map(|(_, value)| value);
        assert_eq!(value.unwrap_or_default(), expect, "{text}");
    }

    #[test]
    fn values_are_found_in_every_kind_of_config() {
        check("title = \"The # Works\" # mine\n", "title", "The # Works");
        check("title: Mill Road # mine\nurl: \"https://mill.example\"", "url", "https://mill.example");
        check("{\n  \"title\": \"A\",\n  \"url\": \"https://a.example/\"\n}", "url", "https://a.example/");
        check(
            "export default defineConfig({ site: \"https://tide.example/\", trailingSlash: \"never\" });",
            "site",
            "https://tide.example/",
        );
        check("SITENAME = 'Salt Marsh'\n", "SITENAME", "Salt Marsh");
        check("# title = \"no\"\nsubtitle = \"no\"\n", "title", "");
        check(":root { --accent: #a0b; }", "accent", "#a0b");
        check("$primary: rgb(1, 2, 3);", "primary", "rgb(1, 2, 3)");
    }
}
