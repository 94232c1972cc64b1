//! What template languages leave in a text: Liquid, Nunjucks, shortcodes of Hugo and Zola, JSX, wikilinks and notes of
//! Obsidian, attribute lists. What they say in words and show in pictures stays, everything else of them goes.

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

use serde::Deserialize;

use crate::html;

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Markdown,
    /// Markdown with components.
    Mdx,
    Html,
}

/// Takes out of a text what is no text, outside code; what stands between a pair of tags stays, but for comments.
pub fn without_templates(text: &str, dialect: Dialect) -> String {
    const SIGNS: &[&str] = &["{{", "{%", "{#", "{:", "{.", "[[", "%%", "==", ":::", "[!", "[toc", "[TOC", " ^"];
    if dialect != Dialect::Mdx && !SIGNS.iter().any(|sign| text.contains(sign)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut reader = Reader { dialect, assigned: HashMap::new() };
    let (mut fence, mut begin, mut at) = (None, 0, 0);
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|marker| start.starts_with(marker) && dialect != Dialect::Html);
        let is_code = fence.is_some()
            || marker.is_some()
            || (dialect == Dialect::Markdown && (line.starts_with("    ") || line.starts_with('\t')));
        if is_code {
            reader.prose(&text[begin..at], &mut out);
            out.push_str(line);
            begin = at + line.len();
        }
        match (fence, marker) {
            (None, Some(marker)) => fence = Some(marker),
            (Some(open), Some(marker)) if open == marker => fence = None,
            _ => {}
        }
        at += line.len();
    }
    reader.prose(&text[begin..], &mut out);
    out
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    pictures: Vec<String>,
    sources: Vec<String>,
    alts: Vec<String>,
    addresses: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is ours, and every test reads it")]
    toml::from_str(include_str!("templating.toml")).expect("templating.toml is well-formed")
});

/// A tag that is longer is none.
const MAX_TAG: usize = 2_000;

struct Reader {
    dialect: Dialect,
    /// What Liquid's `assign` said.
    assigned: HashMap<String, String>,
}

impl Reader {
    /// Copies text that is no code.
    fn prose(&mut self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(at) = rest.find(['{', '`', '[', '!', '%', '=', ':', '<', '^', 'i', 'e']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let (skip, words) = self.construct(rest, out).unwrap_or_else(|| (1, rest[..1].to_owned()));
            out.push_str(&words);
            rest = &rest[skip..];
        }
        out.push_str(rest);
    }

    /// The construct at the start: its length, and what stays of it.
    fn construct(&mut self, text: &str, out: &str) -> Option<(usize, String)> {
        let near = &text[..text.floor_char_boundary(MAX_TAG)];
        let (is_html, is_mdx) = (self.dialect == Dialect::Html, self.dialect == Dialect::Mdx);
        let line = &near[..near.find('\n').unwrap_or(near.len())];
        let before = out.rsplit('\n').next().unwrap_or_default();
        let starts_line = before.trim_matches([' ', '\t', '>']).is_empty();
        let gone = |length: usize| Some((length, String::new()));
        let whole_line = || gone((line.len() + 1).min(text.len()));
        match near.as_bytes().first()? {
            b'`' if !is_html => {
                // Code is copied whole.
                let ticks = near.len() - near.trim_start_matches('`').len();
                let paragraph = near.find("\n\n").unwrap_or(near.len()).max(ticks);
                let end = near[ticks..paragraph].find(&near[..ticks]).map_or(ticks, |end| end + 2 * ticks);
                Some((end, near[..end].to_owned()))
            }
            b'{' if near.starts_with("{{")
                || near.starts_with("{%")
                || near.starts_with("{#") && near.contains("#}") =>
            {
                self.template(near)
            }
            b'{' if is_mdx => gone(braces(near)?),
            // Attributes of kramdown and Pandoc; those of headings are read with them.
            b'{' if !is_html
                && (near.starts_with("{:") || before.ends_with([')', ']', '*']))
                && !before.starts_with('#') =>
            {
                gone(line.find('}')? + 1).filter(|_| near[1..].starts_with([':', '.', '#']))
            }
            b'<' if is_mdx => component(near),
            b'i' | b'e'
                if is_mdx && before.is_empty() && (near.starts_with("import ") || near.starts_with("export ")) =>
            {
                // What they begin goes on until an empty line (MDX 2).
                gone(text.find("\n\n").unwrap_or(text.len()))
            }
            b'!' if near.starts_with("![[") && !is_html => {
                let end = line.find("]]")?;
                let (name, words) = line[3..end].split_once('|').unwrap_or((&line[3..end], ""));
                let alt = Some(words).filter(|words| !words.starts_with(|c: char| c.is_ascii_digit()));
                let is_picture = name.rsplit_once('.').is_some_and(|(_, kind)| !kind.contains([' ', '/']));
                Some((end + 2, if is_picture { image(name.trim(), alt.unwrap_or_default()) } else { String::new() }))
            }
            b'[' if starts_line && line.trim_end().eq_ignore_ascii_case("[toc]")
                || line.trim_end().eq_ignore_ascii_case("[[toc]]") =>
            {
                whole_line()
            }
            // The kind of a callout, and its title.
            b'[' if near.starts_with("[!") && before.contains('>') && starts_line => gone(line.len()),
            b'[' if near.starts_with("[[") && !is_html => {
                let end = line.find("]]").filter(|end| *end > 2 && !line[2..*end].contains('['))?;
                let (target, words) = line[2..end].split_once('|').unwrap_or((&line[2..end], ""));
                let target = target.split('#').find(|part| !part.is_empty()).unwrap_or_default();
                Some((end + 2, if words.is_empty() { target.to_owned() } else { words.to_owned() }))
            }
            b'%' if near.starts_with("%%") && !is_html => gone(near[2..].find("%%")? + 4),
            b'=' if near.starts_with("==") && !is_html && !near.starts_with("===") => {
                let end = line[2..].find("==").filter(|end| *end > 0)?;
                let words = &line[2..2 + end];
                (!words.starts_with(' ') && !words.ends_with(' ')).then(|| (end + 4, words.to_owned()))
            }
            b':' if near.starts_with(":::") && starts_line && !is_html => whole_line(),
            b'^' if before.ends_with(' ') && !is_html => {
                let name = line[1..].trim_end();
                let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
                if is_name { gone(line.len()) } else { None }
            }
            _ => None,
        }
    }

    /// A template: `{{ … }}`, `{% … %}`, `{# … #}`.
    fn template(&mut self, near: &str) -> Option<(usize, String)> {
        let close = match &near[..2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = near[2..].find(close)? + 4;
        let inner =
            near[2..end - 2].trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '<' | '>' | '%' | '/'));
        let (word, rest) = inner.split_at(inner.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(inner.len()));
        let past = |closing: &str| near.find(closing).and_then(|at| Some((at, at + near[at..].find("%}")? + 2)));
        match word {
            "comment" if close == "%}" => {
                return Some((past("endcomment").map_or(end, |(_, past)| past), String::new()));
            }
            "raw" | "verbatim" if close == "%}" => {
                let (at, past) = past(&format!("end{word}")).unwrap_or((end, end));
                let inner = near[end..at.max(end)].rsplit_once("{%").map_or("", |(inner, _)| inner);
                return Some((past, inner.to_owned()));
            }
            "assign" | "set" => {
                if let Some((name, value)) = rest.split_once('=') {
                    let value = value.trim().trim_matches(['"', '\'']);
                    self.assigned.insert(name.trim().to_owned(), value.to_owned());
                }
            }
            "post_url" | "link" => return Some((end, "#".to_owned())),
            _ => {}
        }
        let quoted = inner.strip_prefix(['"', '\'']).and_then(|rest| rest.split_once(&inner[..1]));
        let words = match quoted {
            // `{{ "/a.png" | relative_url }}`
            Some((path, filters)) if close == "}}" => {
                let is_address =
                    WORDS.addresses.iter().any(|filter| filters.to_ascii_lowercase().contains(filter.as_str()));
                if is_address { path.to_owned() } else { String::new() }
            }
            _ if close == "}}" && self.assigned.contains_key(inner) => self.assigned[inner].clone(),
            _ => picture(word, rest).unwrap_or_default(),
        };
        Some((end, words))
    }
}

/// The picture that a shortcode or tag shows.
fn picture(word: &str, arguments: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let is_one = |name: &str| WORDS.pictures.iter().any(|known| name == known.as_str());
    let mut arguments = arguments_of(arguments);
    if word.starts_with("include") {
        let (_, file) = arguments.first().filter(|(key, _)| key.is_empty())?;
        let file = file.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if !WORDS.pictures.iter().any(|known| file.starts_with(known.as_str())) {
            return None;
        }
        arguments.remove(0);
    } else if !is_one(&word) {
        return None;
    }
    let named = |keys: &[String]| {
        keys.iter().find_map(|key| arguments.iter().find(|(known, _)| known == key)).map(|(_, value)| value.as_str())
    };
    let is_file = |value: &&str| value.rsplit_once('.').is_some_and(|(_, kind)| matches!(kind.len(), 3 | 4));
    let first = || arguments.iter().filter(|(key, _)| key.is_empty()).map(|(_, value)| value.as_str()).find(is_file);
    Some(image(named(&WORDS.sources).or_else(first)?, named(&WORDS.alts).unwrap_or_default()))
}

/// `key="value"`, `key=value` and values alone, whatever stands between them.
fn arguments_of(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
        let key_end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
        let after = rest[key_end..].trim_start();
        let key = match after.strip_prefix(['=', ':']) {
            Some(value) if key_end > 0 && !value.starts_with("//") => {
                let key = rest[..key_end].to_ascii_lowercase();
                rest = value.trim_start();
                key
            }
            _ => String::new(),
        };
        let Some(first) = rest.chars().next() else { return all };
        let (value, past) = match first {
            '"' | '\'' | '`' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            _ => rest.split_at(rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ')')).unwrap_or(rest.len())),
        };
        all.push((key, value.to_owned()));
        rest = past;
    }
}

/// A component of JSX: its picture, or nothing; its children stay.
fn component(near: &str) -> Option<(usize, String)> {
    let name = near[1..].trim_start_matches('/');
    if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == '>') {
        return None;
    }
    let (mut depth, mut quote) = (0usize, None);
    let end = near.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, '>') if depth == 0 => return Some(at + 1),
            _ => {}
        }
        None
    })?;
    let inner = near[1..end - 1].trim_end_matches('/');
    let (word, rest) = inner.split_at(inner.find(char::is_whitespace).unwrap_or(inner.len()));
    Some((end, picture(word, rest).unwrap_or_default()))
}

/// The length of an expression in braces.
fn braces(near: &str) -> Option<usize> {
    let mut depth = 0usize;
    near.char_indices().find_map(|(at, c)| {
        depth = match c {
            '{' => depth + 1,
            '}' => depth - 1,
            _ => depth,
        };
        (depth == 0).then_some(at + 1)
    })
}

fn image(src: &str, alt: &str) -> String {
    let mut out = String::new();
    let _ = write!(out, "<img src=\"{}\" alt=\"{}\">", html::escape(src), html::escape(alt));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(dialect: Dialect, text: &str, expect: &str) {
        assert_eq!(without_templates(text, dialect), expect);
    }

    #[test]
    fn templates_go_outside_code() {
        let check = |text: &str, expect: &str| check(Dialect::Markdown, text, expect);
        check("a {{ page.title }} b {% include x.html %}c", "a  b c");
        check("{% highlight rust %}\nlet a = 1;\n{% endhighlight %}", "\nlet a = 1;\n");
        check("Use `{{ x }}` here {#not this#}", "Use `{{ x }}` here ");
        check("```\n{{ x }}\n```", "```\n{{ x }}\n```");
        check("a {%\n x\n%} b", "a  b");
        check("a {{ open", "a {{ open");
        check("{% comment %} a {% endcomment %}b", "b");
        check("{% raw %}{{ a }}{% endraw %} b", "{{ a }} b");
        check("{% assign hours = 9 %}A stone takes {{ hours }} hours.", "A stone takes 9 hours.");
        check("[a]({% post_url 2025-01-01-b %})", "[a](#)");
    }

    #[test]
    fn pictures_stay() {
        let check = |text: &str, expect: &str| check(Dialect::Markdown, text, expect);
        check("{{< figure src=\"a.png\" alt=\"A & b\" >}}\nText", "<img src=\"a.png\" alt=\"A &amp; b\">\nText");
        check("{{ image(path=\"a b.png\", alt='c') }}", "<img src=\"a b.png\" alt=\"c\">");
        check("{% include figure image_path=\"/a.png\" caption=\"C\" %}", "<img src=\"/a.png\" alt=\"C\">");
        check("{% include image.html url='/a.png' %}", "<img src=\"/a.png\" alt=\"\">");
        check("{% asset_img wing.png The left wing %}", "<img src=\"wing.png\" alt=\"\">");
        check("{% image \"./a.jpg\", \"b\" %}", "<img src=\"./a.jpg\" alt=\"\">");
        check("![S]({{ \"/a.png\" | relative_url }})", "![S](/a.png)");
        check("![S]({{ site.baseurl }}/a.png){: .wide width=\"9\"}", "![S](/a.png)");
        check("![[hive.png|300]] ![[A note]]", "<img src=\"hive.png\" alt=\"\"> ");
    }

    #[test]
    fn notes_are_words() {
        let check = |text: &str, expect: &str| check(Dialect::Markdown, text, expect);
        check("See [[Swarms|the note]] and [[Bees#Hives]]. ^first\nNext", "See the note and Bees. \nNext");
        check("> [!note] A word\n> Read on.", "> \n> Read on.");
        check("%% ask Ole %%And ==nobody== minds, a == b.", "And nobody minds, a == b.");
        check(":::tip Title\nText\n:::\n[TOC]\n", "Text\n");
        check("A set is {a} or {:x}", "A set is {a} or ");
        check("[link](b){target=c} **d**{.e}", "[link](b){target=c} **d**");
        check("# Head {#id}", "# Head {#id}");
        check("a [[ -f x ]] b", "a  -f x  b");
    }

    #[test]
    fn components_leave_their_text() {
        let check = |text: &str, expect: &str| check(Dialect::Mdx, text, expect);
        check(
            "import A from 'a';\nimport B from 'b';\n\n<A of=\"x\" />\n\nOne <B to=\"/\">two</B>.",
            "\n\n\n\nOne two.",
        );
        check("<A\n  on={() => { x > 1 }}\n>\n\nText {/* no */}\n\n</A>", "\n\nText \n\n");
        check("<Image src=\"/a.png\" alt=\"b\" />", "<img src=\"/a.png\" alt=\"b\">");
        check("An important item, `<A>` and {`x`}", "An important item, `<A>` and ");
        check("```jsx\n<A />\n```\n    <A />\n", "```jsx\n<A />\n```\n    \n");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(\\{\\{|\\}\\}|\\{%|%\\}|`|```|\n|a|# |é|    |\\[\\[|\\]\\]|==|%%|<A|>|\\{|\\}|\"|img|=|!|\\^){0,30}") {
            for dialect in [Dialect::Markdown, Dialect::Mdx, Dialect::Html] {
                let _ = without_templates(&text, dialect);
            }
        }
    }
}
