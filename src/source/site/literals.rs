//! What the config of a generator writes out, where it is a program: JavaScript, TypeScript or Python.
//!
//! The program is not run. `key: value` and `key = value` are read wherever they stand, as far as the value is a
//! literal; of several with one name, the one that is nested least counts.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Reads the literals of a program, those of nested objects and lists as values of their own too.
pub fn literals(program: &str) -> Map<String, Value> {
    let tokens = tokens(program);
    let mut found = Map::new();
    let mut depths: HashMap<&str, usize> = HashMap::new();
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') => depth = depth.saturating_sub(1),
            Token::Text(key) | Token::Word(key) => {
                let is_key = matches!(tokens.get(at + 1), Some(Token::Sign(':' | '=')));
                let is_nested_less = depths.get(key).is_none_or(|known| depth < *known);
                if is_key
                    && is_nested_less
                    && let Some((value, _)) = literal(&tokens[at + 2..], 0)
                {
                    depths.insert(key, depth);
                    found.insert(key.to_owned(), value);
                }
            }
            Token::Sign(_) => {}
        }
    }
    found
}

/// The arguments of every call of a function that are text: `ignores.add("drafts")`.
pub fn arguments(program: &str, function: &str) -> Vec<String> {
    let tokens = tokens(program);
    let is_call = |three: &[Token<'_>]| matches!(three, [Token::Word(name), Token::Sign('('), Token::Text(_)] if name.ends_with(function));
    let calls = tokens.windows(3).filter(|three| is_call(three));
    calls.filter_map(|three| if let Token::Text(text) = three[2] { Some(text.to_owned()) } else { None }).collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    /// What stands in quotation marks; not a template with holes.
    Text(&'a str),
    /// A name with its dots, or a number.
    Word(&'a str),
    Sign(char),
}

/// A config has no more tokens.
const MAX_TOKENS: usize = 100_000;

fn tokens(program: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = program;
    while let Some(first) = rest.chars().next().filter(|_| tokens.len() < MAX_TOKENS) {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-');
        let skip = if rest.starts_with("//") || first == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if ["=>", "==", "!=", "::"].iter().any(|sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign('>'));
            2
        } else if matches!(first, '"' | '\'' | '`') {
            let (text, length) = quoted(rest, first);
            tokens.push(if first == '`' && text.contains("${") { Token::Sign('`') } else { Token::Text(text) });
            length
        } else if is_name(first) {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            // Python's raw and formatted strings begin with a letter.
            if !matches!(&rest[..end], "r" | "u" | "f") || !rest[end..].starts_with(['"', '\'']) {
                tokens.push(Token::Word(&rest[..end]));
            }
            end
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            first.len_utf8()
        };
        rest = &rest[skip..];
    }
    tokens
}

/// The text in quotation marks at the start, and the length of both.
fn quoted(text: &str, quote: char) -> (&str, usize) {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return (&text[1..at], at + 1),
            // Only a template goes over the end of a line.
            '\n' if quote != '`' => return (&text[1..at], at),
            _ => {}
        }
    }
    (&text[1..], text.len())
}

/// Nested deeper, a value is none.
const MAX_DEPTH: usize = 16;

/// The literal at the start, and how many tokens it takes; members that are no literals are left out.
fn literal(tokens: &[Token<'_>], depth: usize) -> Option<(Value, usize)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let value = match tokens.first()? {
        Token::Text(text) => Value::String((*text).to_owned()),
        Token::Word("true" | "True") => Value::Bool(true),
        Token::Word("false" | "False") => Value::Bool(false),
        Token::Word(word) => Value::Number(word.parse::<i64>().ok()?.into()),
        Token::Sign(open @ ('[' | '{' | '(')) => return Some(members(*open, tokens, depth)),
        Token::Sign(_) => return None,
    };
    // Half of an expression is no literal.
    let ends = matches!(
        tokens.get(1),
        None | Some(Token::Sign(',' | ';' | '}' | ']' | ')') | Token::Word(_) | Token::Text(_))
    );
    ends.then_some((value, 1))
}

fn members(open: char, tokens: &[Token<'_>], depth: usize) -> (Value, usize) {
    let (mut list, mut map) = (Vec::new(), Map::new());
    let mut at = 1;
    while let Some(token) = tokens.get(at) {
        let key = match (token, tokens.get(at + 1)) {
            (Token::Text(key) | Token::Word(key), Some(Token::Sign(':'))) if open == '{' => Some(*key),
            _ => None,
        };
        if let Token::Sign('}' | ']' | ')') = token {
            at += 1;
            break;
        }
        let start = if key.is_some() { at + 2 } else { at };
        match (key, literal(&tokens[start.min(tokens.len())..], depth + 1)) {
            (Some(key), Some((value, length))) => {
                map.insert(key.to_owned(), value);
                at = start + length;
            }
            (None, Some((value, length))) => {
                list.push(value);
                at = start + length;
            }
            (_, None) => at = start,
        }
        at += past_expression(&tokens[at.min(tokens.len())..]);
    }
    (if open == '{' { Value::Object(map) } else { Value::Array(list) }, at)
}

/// How many tokens lead past the next comma, or to the bracket that closes.
fn past_expression(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') if depth == 0 => return at,
            Token::Sign('}' | ']' | ')') => depth -= 1,
            Token::Sign(',') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[track_caller]
    fn check(program: &str, key: &str, expect: Value) {
        assert_eq!(literals(program).get(key).cloned().unwrap_or_default(), expect, "{program}");
    }

    #[test]
    fn what_is_written_out_is_read() {
        let js = "import x from 'y';\n// url: 'no'\nexport default defineConfig({ title: 'A', nav: [{ url: 'inner' }], url: \"https://a.example\", build: { format: 'file', n: 3 }, on: true, made: make('x'), f: (a) => ({ title: 'deep' }) });";
        check(js, "title", json!("A"));
        check(js, "url", json!("https://a.example"));
        check(js, "build", json!({ "format": "file", "n": 3 }));
        check(js, "on", json!(true));
        check(js, "made", Value::Null);
        let py = "SITENAME = 'Salt Marsh' # a note\nPATHS = ['a', \"b\"]\nRE = r'(?P<date>x)'\nN = 'a' + x\n";
        check(py, "SITENAME", json!("Salt Marsh"));
        check(py, "PATHS", json!(["a", "b"]));
        check(py, "RE", json!("(?P<date>x)"));
        check(py, "N", Value::Null);
        assert_eq!(arguments("c.ignores.add('a'); c.ignores.add(\"b\"); add(x)", "ignores.add"), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "([a-z]{1,3}|[\\[\\]{}():=,;'\"`/*#\\\\]|\n| |é){0,60}") {
            let _ = literals(&text);
        }
    }
}
