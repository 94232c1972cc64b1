//! Style sheets and inline styles in; their rules and declarations out, as browsers read them.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};

/// A style sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// Its rules in their order, without those that cannot be read.
    pub rules: Vec<Rule<'a>>,
    /// Something of it cannot be read, or is not closed.
    pub is_broken: bool,
}

/// A rule of a style sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule<'a> {
    /// Selectors, and the declarations between the braces.
    Style {
        /// A list of them, as it is written.
        selectors: &'a str,
        /// What stands between the braces.
        block: &'a str,
    },
    /// A rule with `@`.
    At {
        /// `media`, `import`, in lower case.
        name: String,
        /// What follows the name.
        prelude: &'a str,
        /// What stands between the braces, where it has some.
        block: Option<&'a str>,
    },
}

/// A property and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The property, in lower case.
    pub name: String,
    /// Its value as it is written, without `!important`.
    pub value: String,
    /// Whether `!important` stands behind it.
    pub is_important: bool,
}

impl<'a> Sheet<'a> {
    /// Reads a style sheet, or what stands between the braces of an `@media`.
    pub fn parse(css: &'a str) -> Self {
        let (mut rules, mut is_broken) = (Vec::new(), !is_closed(css));
        let mut input = Parser::new(css);
        for rule in StyleSheetParser::new(&mut input, &mut RuleReader) {
            match rule {
                Ok(rule) => rules.push(rule),
                Err(_) => is_broken = true,
            }
        }
        Self { rules, is_broken }
    }
}

/// Reads the declarations of a rule or of an inline style.
pub fn declarations(block: &str) -> Vec<Declaration> {
    let mut input = Parser::new(block);
    RuleBodyParser::new(&mut input, &mut DeclarationReader).flatten().collect()
}

/// Takes a list of selectors apart, at the commas that stand in no brackets.
pub fn selectors(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let parts = list.split(move |char| {
        match char {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == ',' && depth == 0
    });
    parts.map(str::trim).filter(|selector| !selector.is_empty())
}

/// Counts ids; classes, attributes and pseudo-classes; types and pseudo-elements (Selectors 4, 17). What stands in the
/// parentheses of a pseudo-class does not count.
pub fn specificity(selector: &str) -> [u32; 3] {
    let [mut ids, mut classes, mut types] = [0; 3];
    let (mut before, mut depth) = (' ', 0_usize);
    for char in selector.chars() {
        match char {
            '[' if depth == 0 => (classes, depth) = (classes + 1, 1),
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '#' => ids += 1,
            // The second colon of a pseudo-element makes of the class that the first one was a type.
            ':' if before == ':' => (classes, types) = (classes - 1, types + 1),
            '.' | ':' => classes += 1,
            _ if char.is_ascii_alphabetic() && (before.is_whitespace() || matches!(before, '>' | '+' | '~')) => {
                types += 1
            }
            _ => {}
        }
        before = char;
    }
    [ids, classes, types]
}

/// Finds the addresses in `url(…)` of a style.
pub fn addresses(style: &str) -> impl Iterator<Item = &str> {
    style.split("url(").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.trim().trim_matches(['"', '\''])))
}

/// Takes the comments out.
pub fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// Says whether every brace and quotation mark is closed; a parser closes them at the end by itself.
fn is_closed(css: &str) -> bool {
    let (mut quote, mut depth, mut is_escaped) = (None, 0_usize, false);
    for octet in css.bytes() {
        match (quote, octet) {
            _ if std::mem::take(&mut is_escaped) => {}
            (_, b'\\') => is_escaped = true,
            (Some(open), _) if open == octet => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(octet),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return false,
            (None, b'}') => depth -= 1,
            (None, _) => {}
        }
    }
    quote.is_none() && depth == 0
}

/// Takes all that is left, without white space around it.
fn rest<'i>(input: &mut Parser<'i>) -> &'i str {
    let start = input.position();
    while input.next_including_whitespace_and_comments().is_ok() {}
    input.slice_from(start).trim()
}

struct RuleReader;

impl<'i> AtRuleParser<'i> for RuleReader {
    type Prelude = (String, &'i str);
    type AtRule = Rule<'i>;
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<Self::Prelude, ParseError<()>> {
        Ok((name.to_ascii_lowercase(), rest(input)))
    }

    fn rule_without_block(&mut self, (name, prelude): Self::Prelude, _: &ParserState) -> Result<Rule<'i>, ()> {
        Ok(Rule::At { name, prelude, block: None })
    }

    fn parse_block(
        &mut self,
        (name, prelude): Self::Prelude,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Rule<'i>, ParseError<()>> {
        Ok(Rule::At { name, prelude, block: Some(rest(input)) })
    }
}

impl<'i> QualifiedRuleParser<'i> for RuleReader {
    type Prelude = &'i str;
    type QualifiedRule = Rule<'i>;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<&'i str, ParseError<()>> {
        Ok(rest(input))
    }

    fn parse_block(
        &mut self,
        selectors: &'i str,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Rule<'i>, ParseError<()>> {
        Ok(Rule::Style { selectors, block: rest(input) })
    }
}

struct DeclarationReader;

impl<'i> DeclarationParser<'i> for DeclarationReader {
    type Declaration = Declaration;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<Declaration, ParseError<()>> {
        const IMPORTANT: &str = "important";
        let value = rest(input);
        let at = value.len().saturating_sub(IMPORTANT.len());
        let is_marked = value.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(IMPORTANT));
        let plain = value.get(..at).filter(|_| is_marked).and_then(|value| value.trim_end().strip_suffix('!'));
        Ok(Declaration {
            name: name.to_ascii_lowercase(),
            value: plain.unwrap_or(value).trim_end().to_owned(),
            is_important: plain.is_some(),
        })
    }
}

impl AtRuleParser<'_> for DeclarationReader {
    type Prelude = ();
    type AtRule = Declaration;
    type Error = ();
}

impl QualifiedRuleParser<'_> for DeclarationReader {
    type Prelude = ();
    type QualifiedRule = Declaration;
    type Error = ();
}

impl RuleBodyItemParser<'_, Declaration, ()> for DeclarationReader {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_cut_into_rules() {
        let css =
            "@import url(a;b); a, b > c { color: red } /* p { } */ @MEDIA (max-width: 9px) { a { b: c } d { e: f } }";
        let sheet = Sheet::parse(css);
        let at = |name: &str, prelude, block| Rule::At { name: name.to_owned(), prelude, block };
        assert_eq!(
            sheet.rules,
            [
                at("import", "url(a;b)", None),
                Rule::Style { selectors: "a, b > c", block: "color: red" },
                at("media", "(max-width: 9px)", Some("a { b: c } d { e: f }")),
            ]
        );
        assert!(!sheet.is_broken);
        for broken in ["a {", "a { b: \"}", "}", "a", "@media { a { }"] {
            assert!(Sheet::parse(broken).is_broken, "{broken}");
        }
    }

    #[test]
    fn declarations_are_read_to_their_end() {
        let read = declarations("A: Url(data:a;b) ; content: \"a;b\";; color:RED !IMPORTANT; broken; e:f!important");
        let read: Vec<_> = read.iter().map(|one| (one.name.as_str(), one.value.as_str(), one.is_important)).collect();
        assert_eq!(
            read,
            [("a", "Url(data:a;b)", false), ("content", "\"a;b\"", false), ("color", "RED", true), ("e", "f", true)]
        );
        assert_eq!(without_comments("a/* b */c/* d"), "ac");
    }

    #[test]
    fn selectors_are_parted_and_weighed() {
        assert_eq!(selectors("a, b:is(c, d),[e=\",\"], ").collect::<Vec<_>>(), ["a", "b:is(c, d)", "[e=\",\"]"]);
        assert_eq!(specificity("#a .b p:first-child > i[title=\"x.y\"]"), [1, 3, 2]);
        assert_eq!(specificity("p::before"), [0, 0, 2]);
    }
}
