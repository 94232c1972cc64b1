//! What a language tag, or the letters of a text, say of language and direction.

/// The language of a BCP 47 tag in lower case: `pt` of `pt-BR`.
pub(super) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// `rtl` for a language that is written from right to left, else `ltr`.
pub(super) fn direction(tag: &str) -> &'static str {
    let right = ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ku-arab", "ps", "sd", "ug", "ur", "yi"];
    if right.contains(&primary(tag).as_str()) { "rtl" } else { "ltr" }
}

/// The direction of text by its first strong character (Unicode UAX #9, rule P2), or `None` without one.
pub(super) fn first_strong(text: &str) -> Option<&'static str> {
    text.chars()
        .filter(|char| char.is_alphabetic())
        .map(|char| if is_right_to_left(char) { "rtl" } else { "ltr" })
        .next()
}

fn is_right_to_left(char: char) -> bool {
    matches!(u32::from(char), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

/// The language that the script of `text` gives away, where `language` is not written in it.
pub(super) fn by_script(text: &str, language: &str) -> Option<&'static str> {
    let has = |from: u32, to: u32| text.chars().any(|char| (from..=to).contains(&u32::from(char)));
    let language = primary(language);
    if !matches!(language.as_str(), "ja" | "zh") {
        if has(0x3041, 0x30ff) {
            return Some("ja");
        }
        if text
            .chars()
            .find(|char| char.is_alphabetic())
            .is_some_and(|char| (0x4e00..=0x9fff).contains(&u32::from(char)))
        {
            return Some("zh");
        }
    }
    let first = text.chars().find(|char| char.is_alphabetic()).map(u32::from)?;
    match first {
        0x590..=0x5ff if language != "he" && language != "yi" => Some("he"),
        0x600..=0x6ff if direction(&language) == "ltr" => Some("ar"),
        0xac00..=0xd7a3 if language != "ko" => Some("ko"),
        0x370..=0x3ff if language != "el" => Some("el"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_show_direction_and_language() {
        assert_eq!(first_strong("«مرحبا» hello"), Some("rtl"));
        assert_eq!(first_strong("12 hello مرحبا"), Some("ltr"));
        assert_eq!(first_strong("12"), None);
        assert_eq!(by_script("港の灯り", "en"), Some("ja"));
        assert_eq!(by_script("港口", "en"), Some("zh"));
        assert_eq!(by_script("مرحبا", "en"), Some("ar"));
        assert_eq!(by_script("hello", "en"), None);
    }
}
