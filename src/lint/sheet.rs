//! Style sheets and inline styles, read as browsers read them.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};
use dom_query::{Document, NodeRef};

/// All that the `<style>` elements of a page say.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) rules: Vec<Rule>,
    /// The names of at-rules that hold no rules, `font-face`; `import` with its address.
    pub(super) others: Vec<String>,
}

/// The addresses in `url(…)` of a style.
pub(super) fn addresses(style: &str) -> impl Iterator<Item = &str> {
    style.split("url(").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.trim().trim_matches(['"', '\''])))
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// What stands around it, outermost first: `media screen`.
    pub(super) conditions: Vec<String>,
    pub(super) selectors: String,
    pub(super) declarations: Vec<Declaration>,
}

/// A property and its value, both in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) is_important: bool,
}

impl Sheet {
    /// Reads the style elements of a page; what a browser would pass over is passed over.
    pub(super) fn of(page: &Document) -> Self {
        let mut sheet = Self::default();
        for node in page.select("style").nodes() {
            let media = node.attr("media").filter(|media| !media.trim().is_empty());
            let conditions: Vec<String> = media.iter().map(|media| format!("media {}", media.to_lowercase())).collect();
            sheet.read(&mut Parser::new(&node.text()), &conditions);
        }
        sheet
    }

    fn read(&mut self, input: &mut Parser<'_>, conditions: &[String]) {
        let mut reader = Reader { sheet: self, conditions };
        StyleSheetParser::new(input, &mut reader).for_each(drop);
    }
}

/// The declarations of an inline style.
pub(super) fn inline(style: &str) -> Vec<Declaration> {
    let mut input = Parser::new(style);
    RuleBodyParser::new(&mut input, &mut Body).flatten().collect()
}

/// The value of a property in an inline style.
pub(super) fn style(node: &NodeRef, property: &str) -> Option<String> {
    let style = node.attr("style")?;
    // Most styles do not name it: they need not be read.
    if !style.contains(property) {
        return None;
    }
    inline(&style).into_iter().rev().find(|declaration| declaration.name == property).map(|found| found.value)
}

/// Says whether the element hides itself.
pub(super) fn hides(node: &NodeRef) -> bool {
    node.has_attr("hidden") || style(node, "display").is_some_and(|display| display == "none")
}

/// The element's name.
pub(super) fn name(node: &NodeRef) -> String {
    node.node_name().map(|name| name.to_string()).unwrap_or_default()
}

struct Reader<'s> {
    sheet: &'s mut Sheet,
    conditions: &'s [String],
}

impl<'i> AtRuleParser<'i> for Reader<'_> {
    type Prelude = String;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<String, ParseError<()>> {
        Ok(format!("{} {}", name.to_ascii_lowercase(), rest(input)))
    }

    fn rule_without_block(&mut self, prelude: String, _: &ParserState) -> Result<(), ()> {
        self.sheet.others.push(prelude);
        Ok(())
    }

    fn parse_block(&mut self, prelude: String, _: &ParserState, input: &mut Parser<'i>) -> Result<(), ParseError<()>> {
        let groups = ["media ", "supports ", "layer ", "container "];
        // Rules in more than eight groups are nobody's work.
        if groups.iter().any(|group| prelude.starts_with(group)) && self.conditions.len() < 8 {
            let conditions = [self.conditions, &[prelude]].concat();
            self.sheet.read(input, &conditions);
        } else {
            rest(input);
            self.sheet.others.push(prelude);
        }
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for Reader<'_> {
    type Prelude = String;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, ParseError<()>> {
        Ok(rest(input))
    }

    fn parse_block(
        &mut self,
        selectors: String,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        let declarations = RuleBodyParser::new(input, &mut Body).flatten().collect();
        self.sheet.rules.push(Rule { conditions: self.conditions.to_vec(), selectors, declarations });
        Ok(())
    }
}

struct Body;

impl<'i> DeclarationParser<'i> for Body {
    type Declaration = Declaration;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<Declaration, ParseError<()>> {
        let value = rest(input).to_lowercase();
        let bare = value.strip_suffix("important").map(str::trim_end).and_then(|value| value.strip_suffix('!'));
        let (value, is_important) = bare.map_or((value.as_str(), false), |bare| (bare, true));
        Ok(Declaration { name: name.to_ascii_lowercase(), value: value.trim().to_owned(), is_important })
    }
}

impl AtRuleParser<'_> for Body {
    type Prelude = ();
    type AtRule = Declaration;
    type Error = ();
}

impl QualifiedRuleParser<'_> for Body {
    type Prelude = ();
    type QualifiedRule = Declaration;
    type Error = ();
}

impl RuleBodyItemParser<'_, Declaration, ()> for Body {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

/// All that is left, without white space around it.
fn rest(input: &mut Parser<'_>) -> String {
    let start = input.position();
    while input.next_including_whitespace_and_comments().is_ok() {}
    input.slice_from(start).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(css: &str) -> Sheet {
        Sheet::of(&Document::from(format!("<style>{css}</style>")))
    }

    #[test]
    fn rules_stand_with_what_is_around_them() {
        let sheet = sheet(
            "@import url(x.css); a, b > c { COLOR: Red !IMPORTANT; x: url(\"a;b{}\") } /* p { } */ \
             @media screen and (min-width: 1px) { @supports (gap: 1px) { i { gap: 2px } } q { color: #fff } } \
             @font-face { src: url(a) } u { broken } s { color: blue",
        );
        let said = |rule: &Rule| (rule.conditions.clone(), rule.selectors.clone(), rule.declarations.len());
        let media = "media screen and (min-width: 1px)".to_owned();
        assert_eq!(
            sheet.rules.iter().map(said).collect::<Vec<_>>(),
            [
                (vec![], "a, b > c".to_owned(), 2),
                (vec![media.clone(), "supports (gap: 1px)".to_owned()], "i".to_owned(), 1),
                (vec![media], "q".to_owned(), 1),
                (vec![], "u".to_owned(), 0),
                (vec![], "s".to_owned(), 1),
            ]
        );
        let red = Declaration { name: "color".to_owned(), value: "red".to_owned(), is_important: true };
        assert_eq!(sheet.rules[0].declarations[0], red);
        assert_eq!(sheet.others, ["import url(x.css)", "font-face "]);
    }

    #[test]
    fn an_inline_style_is_read_to_its_end() {
        let values: Vec<String> =
            inline("a:b;;c: url(x;y) ; d; e:f!important").into_iter().map(|one| one.value).collect();
        assert_eq!(values, ["b", "url(x;y)", "f"]);
    }
}
