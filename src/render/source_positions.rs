//! A template in, the same out with two things that a reader never sees: where each of its MJML tags stands in its
//! file, which outlives Tera and is what an error can point at; and a count of its loops' rounds and a look at what its
//! variables hold, so that none is endless.

use super::mjml;

/// The function that counts a round.
pub(super) const COUNT: &str = "count_a_round";

/// The argument of that function that is looked at instead: what a variable holds now.
pub(super) const HELD: &str = "held";

/// Marks the tags of a template, the one with this number among the files.
pub(super) fn marked(template: &str, file: usize) -> String {
    walk(template, Some(file))
}

/// Counts the rounds of a template's loops.
pub(super) fn counted(template: &str) -> String {
    walk(template, None)
}

fn walk(template: &str, file: Option<usize>) -> String {
    let mut out = String::with_capacity(template.len() + template.len() / 8);
    let mut at = 0;
    let mut blocks: Vec<&str> = Vec::new();
    while let Some(found) = template.get(at..).and_then(|rest| rest.find(['{', '<'])) {
        let start = at + found;
        out.push_str(&template[at..start]);
        let rest = &template[start..];
        let length = match rest.as_bytes().get(..2) {
            Some(b"{{") => inside(rest, "}}"),
            Some(b"{#") => inside(rest, "#}"),
            Some(b"{%") => inside(rest, "%}"),
            Some(_) if rest.starts_with("<mj") || rest.starts_with("</mj") => {
                let end = rest[2..].find(|char: char| char.is_whitespace() || matches!(char, '/' | '>' | '{'));
                end.map_or(rest.len(), |end| end + 2)
            }
            _ => 1,
        };
        out.push_str(&rest[..length]);
        if rest.starts_with('<')
            && length > 1
            && let Some(file) = file
        {
            out.push_str(&mjml::mark((file, start)));
        } else if rest.starts_with("{%") {
            let tag = &rest[..length];
            let trim = if tag.ends_with("-%}") { "-" } else { "" };
            let is_set = set_name(tag);
            blocks.extend(is_set.filter(|_| !tag.contains('=')));
            let held = if first_word(tag) == "endset" { blocks.pop() } else { is_set.filter(|_| tag.contains('=')) };
            if first_word(tag) == "for" {
                out.push_str(&format!("{{{{ {COUNT}() {trim}}}}}"));
            } else if let Some(name) = held {
                out.push_str(&format!("{{{{ {COUNT}({HELD}={name}) {trim}}}}}"));
            }
        }
        at = start + length;
    }
    out.push_str(template.get(at..).unwrap_or_default());
    out
}

/// The octets of a tag of Tera's; to the end where it is not closed, and Tera says so.
fn inside(rest: &str, end: &str) -> usize {
    rest[2..].find(end).map_or(rest.len(), |at| at + 4)
}

fn first_word(tag: &str) -> &str {
    tag[2..].trim_start_matches('-').split_whitespace().next().unwrap_or_default()
}

/// The variable that a tag sets.
fn set_name(tag: &str) -> Option<&str> {
    let words = tag[2..].trim_start_matches('-').trim_start();
    let name = words.strip_prefix("set_global ").or_else(|| words.strip_prefix("set "))?.trim_start();
    let end = name.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_their_place_and_loops_their_count() {
        let template =
            "<mjml>{# <mj-x> #}{% for a in b -%} <mj-text color=\"{{ a }}\">{{ \"<mj-y\" }}</mj-text>{% endfor %}";
        let marked = marked(template, 3);
        assert_eq!(mjml::unmark(&marked), counted(template));
        assert_eq!(counted(template).replace("{{ count_a_round() -}}", ""), template);
        assert!(marked.contains(&format!("<mj-text{} color", mjml::mark((3, 36)))), "{marked}");
        assert_eq!(
            counted("{% set a = 1 %}{% set b -%}x{% endset %}"),
            "{% set a = 1 %}{{ count_a_round(held=a) }}{% set b -%}x{% endset %}{{ count_a_round(held=b) }}"
        );
        assert!(marked.contains("{# <mj-x> #}") && marked.contains("\"<mj-y\""));
    }
}
