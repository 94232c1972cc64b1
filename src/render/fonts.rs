//! Lists of font families, with those that have the letters of a language.

use super::script::primary;

/// The kind of letters that a template is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Serif,
    Sans,
}

/// Families that are no names and stand without quotation marks.
const GENERIC: [&str; 5] = ["serif", "sans-serif", "monospace", "system-ui", "cursive"];

/// A language's own families, with serifs and without: those of Apple, of Windows, of Android and Linux.
///
/// They come after the first family of a list, so that Latin letters in such text keep their face. What one
/// alphabet has in two lands (日本, 中国) is drawn as its readers write it only by a family of theirs.
const OWN: [(&str, &str, &str); 6] = [
    (
        "ja",
        "'Hiragino Mincho ProN', 'Yu Mincho', 'Noto Serif CJK JP', 'Noto Serif JP'",
        "'Hiragino Sans', 'Yu Gothic', Meiryo, 'Noto Sans CJK JP', 'Noto Sans JP'",
    ),
    (
        "zh-hant",
        "'Songti TC', 'Microsoft JhengHei', 'Noto Serif CJK TC', 'Noto Serif TC'",
        "'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC', 'Noto Sans TC'",
    ),
    (
        "zh",
        "'Songti SC', 'Microsoft YaHei', 'Noto Serif CJK SC', 'Noto Serif SC'",
        "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC'",
    ),
    (
        "ko",
        "AppleMyungjo, Batang, 'Noto Serif CJK KR', 'Noto Serif KR'",
        "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR', 'Noto Sans KR'",
    ),
    ("arabic", "'Geeza Pro', 'Noto Naskh Arabic', 'Segoe UI'", "'Geeza Pro', 'Segoe UI', 'Noto Sans Arabic'"),
    ("he", "'Noto Serif Hebrew', 'Arial Hebrew', 'Segoe UI'", "'Arial Hebrew', 'Segoe UI', 'Noto Sans Hebrew'"),
];

/// The list for a style: the editor's families or those of `kind`, then the language's own.
pub(super) fn stack(own: Option<&[String]>, kind: Kind, lang: &str) -> String {
    let (first, rest) = match kind {
        Kind::Serif => ("Georgia", "'Times New Roman', Times, serif"),
        Kind::Sans => ("'Segoe UI'", "-apple-system, BlinkMacSystemFont, Roboto, 'Helvetica Neue', Arial, sans-serif"),
    };
    let first = own.map_or_else(
        || first.to_owned(),
        |own| own.iter().filter(|family| !GENERIC.contains(&family.as_str())).cloned().collect::<Vec<_>>().join(", "),
    );
    let rest = match own.and_then(|own| own.last()).filter(|last| GENERIC.contains(&last.as_str())) {
        Some(last) => last.clone(),
        None => rest.to_owned(),
    };
    let script = script(lang);
    let letters = OWN.iter().find(|(name, ..)| *name == script).map(|(_, serif, sans)| match kind {
        Kind::Serif => *serif,
        Kind::Sans => *sans,
    });
    [first.as_str(), letters.unwrap_or_default(), &rest]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The families of a list, each as a style takes it; `None` where one is no plain name.
pub(super) fn families(list: &str) -> Option<Vec<String>> {
    let family = |name: &str| {
        let name = name.trim();
        let bare = ['\'', '"'].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark)).unwrap_or(name);
        let plain = bare.chars().all(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
        let word = |char: char| char.is_ascii_alphabetic() || char == '-';
        match bare {
            _ if bare.trim().is_empty() || !plain || bare.len() > 80 => None,
            _ if bare.chars().all(word) => Some(bare.to_owned()),
            _ => Some(format!("'{bare}'")),
        }
    };
    list.split(',').map(family).collect()
}

/// Says whether a language's letters stand apart and have italics: the others are neither spaced nor slanted.
pub(super) fn is_western(lang: &str) -> bool {
    !OWN.iter().any(|(name, ..)| *name == script(lang))
}

/// How far apart lines stand, in heights of the letters: letters that reach high and low want more.
pub(super) fn leading(lang: &str) -> &'static str {
    match script(lang).as_str() {
        "arabic" => "1.8",
        "ja" | "zh" | "zh-hant" => "1.75",
        _ => "1.55",
    }
}

/// The name that [`OWN`] has for what a language is written in, or its first part.
fn script(lang: &str) -> String {
    let lower = lang.to_ascii_lowercase();
    match primary(lang).as_str() {
        "zh" if ["hant", "-tw", "-hk", "-mo"].iter().any(|part| lower.contains(part)) => "zh-hant".to_owned(),
        "ar" | "fa" | "ur" | "ps" | "ckb" | "ug" | "sd" => "arabic".to_owned(),
        "iw" | "yi" => "he".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_written_safely() {
        let list = |text: &str| families(text).map(|families| families.join(", "));
        assert_eq!(list("Georgia, \"Times New Roman\",serif").as_deref(), Some("Georgia, 'Times New Roman', serif"));
        assert_eq!(list("Source Sans 3").as_deref(), Some("'Source Sans 3'"));
        for wrong in ["", "a,,b", "a;b", "'a", "a'b", "a<b", "a\nb", "var(--x)"] {
            assert_eq!(families(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_language_has_letters() {
        assert_eq!(stack(None, Kind::Serif, "de"), "Georgia, 'Times New Roman', Times, serif");
        assert!(stack(None, Kind::Serif, "ja").starts_with("Georgia, 'Hiragino Mincho ProN', "));
        assert!(stack(None, Kind::Sans, "zh-TW").contains("'PingFang TC'"));
        let own = families("Futura, sans-serif").unwrap();
        assert_eq!(stack(Some(&own), Kind::Serif, "en"), "Futura, sans-serif");
        assert!(stack(Some(&own), Kind::Sans, "fa").starts_with("Futura, 'Geeza Pro', "));
        assert!(is_western("pl") && is_western("el") && !is_western("ar") && !is_western("zh-Hant"));
    }
}
