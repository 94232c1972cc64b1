//! How generators make a part of an address of words.

use deunicode::deunicode;

/// Hugo: letters, digits and marks of every script, and these signs; a run of spaces is a hyphen. In a path each space
/// is one, and a plus sign stays.
///
/// Source: `Sanitize` of Hugo's `common/paths`, and what Hugo 0.168 makes of titles.
pub fn hugo(words: &str, is_path: bool) -> String {
    let mut slug = String::with_capacity(words.len());
    let mut pending = false;
    for c in words.chars() {
        let is_sign = matches!(c, '.' | '_' | '#' | '~' | '-' | '@') || (is_path && c == '+');
        if c.is_alphabetic() || is_digit(c) || is_mark(c) || is_sign {
            if std::mem::take(&mut pending) && c != '-' {
                slug.push('-');
            }
            slug.push(c);
        } else if c.is_whitespace() && is_path {
            slug.push('-');
        } else if (c.is_whitespace() || c == '/') && !slug.is_empty() && !slug.ends_with('-') {
            pending = true;
        }
    }
    slug
}

/// A decimal digit; fractions and circled numbers are none.
fn is_digit(c: char) -> bool {
    c.is_numeric() && c.to_string().parse::<f64>().is_ok() || ('٠'..='٩').contains(&c) || ('०'..='९').contains(&c)
}

/// A sign that belongs to the letter before it.
fn is_mark(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0)
        && !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}')
}

/// Zola (crate `slug`): ASCII letters and digits, everything else written in them or a hyphen.
pub fn zola(words: &str) -> String {
    hyphened(&deunicode(words).to_ascii_lowercase(), |c| c.is_ascii_alphanumeric())
}

/// Jekyll's `slugify` as `:slug` and `:name` take it: letters and digits of every script.
pub fn jekyll(words: &str) -> String {
    hyphened(&words.to_lowercase(), char::is_alphanumeric)
}

/// Jekyll's `slugify` in its mode `pretty`, capital letters kept, as `:title` takes it.
pub fn jekyll_pretty(words: &str) -> String {
    hyphened(words, |c| c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c))
}

/// Astro (`github-slugger`): what is a letter, a digit, a hyphen or an underscore stays, spaces are hyphens.
pub fn astro(words: &str) -> String {
    let kept = words.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || is_mark(*c) || matches!(c, '-' | '_' | ' '))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Pelican: ASCII, what is neither word nor space nor hyphen goes, runs of the latter are one hyphen.
pub fn pelican(words: &str) -> String {
    let ascii = deunicode(words).to_lowercase();
    let kept: String =
        ascii.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-') || c.is_whitespace()).collect();
    hyphened(&kept, |c| c.is_alphanumeric() || c == '_')
}

/// Eleventy's filters `slugify` and `slug`: ASCII letters and digits, everything else written in them or a hyphen.
pub fn eleventy(words: &str) -> String {
    zola(&words.replace('&', " and ").replace('\'', ""))
}

/// What is kept, and a hyphen for each run of everything else inside of it.
fn hyphened(words: &str, is_kept: impl Fn(char) -> bool) -> String {
    let parts = words.split(|c| !is_kept(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_what_each_generator_makes_of_them() {
        for (words, expect) in [
            ("C++ & C# 100% tips/tricks: a.b", "C-C#-100-tips-tricks-a.b"),
            ("Été à São Paulo", "Été-à-São-Paulo"),
            ("日本語 タイトル", "日本語-タイトル"),
            ("It's a 'test' -- really", "Its-a-test--really"),
            ("x   y...z", "x-y...z"),
            ("Émoji 🎉 party", "Émoji-party"),
            ("A--B - C", "A--B-C"),
            ("Wi-Fi™ №5 ½", "Wi-Fi-5"),
        ] {
            assert_eq!(hugo(words, false), expect);
        }
        assert_eq!(hugo("C++ & 100% #1 (x)", true), "C++--100-#1-x");
        assert_eq!(zola("Of Its Öwn!"), "of-its-own");
        assert_eq!(jekyll_pretty("100%-wind"), "100-wind");
        assert_eq!(jekyll_pretty("Flour-&-Bran,-Ünsifted"), "Flour-&-Bran,-Ünsifted");
        assert_eq!(astro("Perihelion_Day: 2.0"), "perihelion_day-20");
        assert_eq!(pelican("Peat, cut twice"), "peat-cut-twice");
        assert_eq!(eleventy("Bravo & beyond"), "bravo-and-beyond");
    }
}
