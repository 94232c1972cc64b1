//! What of a page the readers' clients do not show.
//!
//! `features.txt` says what is looked for and whether a reader misses it, `support.txt` which client lacks it; the second
//! is made by `support.mjs` of the data of caniemail.com. What stands under `@media` or `@supports` is meant for some
//! clients only, and what stands beside a plainer value is backed up: neither counts.

mod shares;
mod table;

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, warning},
    sheet,
};
use crate::css::Declaration;
pub use shares::Clients;
pub use table::Client;
use table::{FEATURES, Sign};

/// C1.
pub(super) fn support(message: &InspectedMessage) -> Vec<Violation> {
    let clients = &message.origin.clients;
    let uses = Uses::of(message);
    let mut found = Vec::new();
    for feature in FEATURES.iter().filter(|feature| feature.is_missed) {
        let (lost, lacking) = clients.lost(feature);
        if lost <= clients.tolerate {
            continue;
        }
        let Some(place) = uses.find(feature.sign) else { continue };
        let names: Vec<String> = lacking.into_iter().map(Client::words).collect();
        let names = match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => continue,
        };
        let message = format!("{} is not shown by {names} ({lost:.0} % of your readers)", shown(feature.sign));
        let violation = warning(message, place.name, feature.hint).sign(sign(feature.sign));
        found.push(match place.about {
            Some(about) => violation.about(about),
            None => violation,
        });
    }
    found
}

fn shown(sign: Sign) -> String {
    match sign {
        Sign::Property(name, Some(value)) => format!("`{name}: {value}`"),
        Sign::Property(name, None) | Sign::Attribute(name) => format!("`{name}`"),
        Sign::Function(name) => format!("`{name})`"),
        Sign::Unit(unit) => format!("the unit `{unit}`"),
        Sign::Selector(part) => format!("`{part}`"),
        Sign::AtRule(name) => format!("`@{name}`"),
        Sign::Element(name) => format!("`<{name}>`"),
        Sign::Picture(ending) => format!("a picture in the format `{ending}`"),
    }
}

/// What a template that uses it must hold.
fn sign(sign: Sign) -> String {
    match sign {
        Sign::Property(_, Some(word)) => word.to_owned(),
        Sign::Property(name, None)
        | Sign::Attribute(name)
        | Sign::Function(name)
        | Sign::Unit(name)
        | Sign::Selector(name) => name.to_owned(),
        Sign::AtRule(name) => format!("@{name}"),
        Sign::Element(name) => format!("<{name}"),
        Sign::Picture(ending) => format!(".{ending}"),
    }
}

/// A place where something is used.
struct Place {
    name: String,
    /// The picture, which may be a post's.
    about: Option<String>,
}

/// What a page says to every client.
struct Uses<'a> {
    message: &'a InspectedMessage<'a>,
    /// Declarations that stand together, and where.
    blocks: Vec<(String, Vec<Declaration>)>,
}

impl<'a> Uses<'a> {
    fn of(message: &'a InspectedMessage<'a>) -> Self {
        let styled = message.page.select("body[style], body [style]");
        let inline = styled.nodes().iter().map(|node| {
            let class = node.attr("class").map(|class| format!(" class=\"{class}\"")).unwrap_or_default();
            let style = node.attr("style").unwrap_or_default();
            (format!("<{}{class}>", sheet::name(node)), sheet::declarations(&style))
        });
        let plain = message.sheet.rules.iter().filter(|rule| rule.conditions.is_empty());
        let rules = plain.map(|rule| (rule.selectors.clone(), rule.declarations.clone()));
        // What is not shown at all is missed by nobody.
        let hides = |block: &[Declaration]| block.iter().any(|one| one.name == "display" && one.value == "none");
        Self { blocks: inline.chain(rules).filter(|(_, block)| !hides(block)).collect(), message }
    }

    fn find(&self, sign: Sign) -> Option<Place> {
        let page = &self.message.page;
        let at = |name: String| Some(Place { name, about: None });
        match sign {
            Sign::Property(name, word) => {
                let uses = |one: &Declaration| one.name == name && word.is_none_or(|word| one.value == word);
                self.block(&uses).and_then(at)
            }
            Sign::Function(name) => self.block(&|one: &Declaration| calls(&one.value, name)).and_then(at),
            Sign::Unit(unit) => self.block(&|one: &Declaration| measures(&one.value, unit)).and_then(at),
            Sign::Selector(part) => {
                // What a pseudo-element adds is lost with it; an empty one is decoration.
                let adds = |block: &[Declaration]| {
                    let of = |one: &Declaration| one.name == "content" && one.value.len() > 2 && one.value != "none";
                    block.iter().any(of)
                };
                let single = part.replace("::", ":");
                let uses = |selectors: &str| selectors.contains(part) || selectors.contains(&single);
                let found = self.blocks.iter().find(|(selectors, block)| uses(selectors) && adds(block));
                found.and_then(|(selectors, _)| at(selectors.clone()))
            }
            Sign::AtRule(name) => {
                let found = self.message.sheet.others.iter().find(|other| other.starts_with(name));
                found.and_then(|_| at(format!("@{name}")))
            }
            Sign::Element(name) => page.select(name).exists().then(|| at(format!("<{name}>"))).flatten(),
            Sign::Attribute(name) => {
                let select = page.select(&format!("body [{name}]"));
                select.nodes().first().and_then(|node| at(format!("<{} {name}>", sheet::name(node))))
            }
            Sign::Picture(ending) => page.select("img").nodes().iter().find_map(|node| {
                let source = node.attr("src")?.to_string();
                let path = url::Url::parse(&source).ok()?.path().to_ascii_lowercase();
                let is_of = path.rsplit_once('.').is_some_and(|(_, found)| found == ending);
                is_of.then(|| Place { name: source.clone(), about: Some(source) })
            }),
        }
    }

    /// The first block with a declaration of the kind that no plainer one backs up.
    fn block(&self, uses: &dyn Fn(&Declaration) -> bool) -> Option<String> {
        let family = |one: &Declaration| match one.name.strip_prefix("background") {
            Some("" | "-color" | "-image") => "background".to_owned(),
            _ => one.name.clone(),
        };
        let found = self.blocks.iter().find(|(_, block)| {
            let backs = |used: &Declaration| block.iter().any(|one| family(one) == family(used) && !uses(one));
            // A variable that nobody reads is none's loss.
            block.iter().any(|one| !one.name.starts_with("--") && uses(one) && !backs(one))
        });
        found.map(|(place, _)| place.clone())
    }
}

/// Says whether a value calls a function; `name` ends with its bracket.
fn calls(value: &str, name: &str) -> bool {
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '-';
    value.match_indices(name).any(|(at, _)| !value[..at].ends_with(is_name))
}

/// Says whether a value measures in a unit.
fn measures(value: &str, unit: &str) -> bool {
    value.match_indices(unit).any(|(at, _)| {
        value[..at].ends_with(|char: char| char.is_ascii_digit() || char == '.')
            && !value[at + unit.len()..].starts_with(|char: char| char.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Level, Origin, Row, lint};

    /// The warnings of a page with this style sheet and body.
    fn rows(css: &str, body: &str, clients: Clients) -> Vec<Row> {
        let html = format!("<html><head><style>{css}</style></head><body>{body}</body></html>");
        let octets = format!("MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n");
        let rows = lint(octets.as_bytes(), &Origin::default().with_clients(clients));
        rows.into_iter().filter(|row| row.rule == "C1" && row.level != Level::Ok).collect()
    }

    #[track_caller]
    fn check(css: &str, body: &str, expect: &[&str]) {
        let rows = rows(css, body, Clients::default());
        let said: Vec<&str> = rows.iter().map(|row| row.diagnostic.message.as_str()).collect();
        assert_eq!(said.len(), expect.len(), "{said:?}");
        assert!(said.iter().zip(expect).all(|(said, expect)| said.starts_with(expect)), "{said:?}");
    }

    #[test]
    fn what_readers_miss_is_told() {
        check("", "<p style='display: flex'>", &["`display: flex` is not shown by Outlook for Windows (8 % "]);
        check("p { display: grid }", "", &["`display: grid` is not shown by Gmail, Outlook for Windows, Yahoo"]);
        check("p { color: var(--ink) } :root { --ink: red }", "", &["`var()` is not shown by Gmail, "]);
        check("", "<p style='width: 2rem'>", &["the unit `rem` is not shown by "]);
        check("p::before { content: 'x' }", "", &["`::before` is not shown by "]);
        check("", "<img src='https://a.example/a.WEBP?x'>", &["a picture in the format `webp`"]);
        check("", "<marquee>x</marquee>", &["`<marquee>` is not shown by "]);
    }

    #[test]
    fn what_is_backed_up_is_not() {
        check("p { border-radius: 3px; float: left; transition: all 1s; color: rgba(0, 0, 0, 1) }", "", &[]);
        check("@media screen { p { display: grid } } @supports (gap: 1px) { p { width: 2rem } }", "", &[]);
        check(
            "p { color: #111; color: var(--ink); background-color: red; background: linear-gradient(red, blue) }",
            "",
            &[],
        );
        check("", "<p style='display: none; visibility: hidden'>", &[]);
        check("p::before { content: '' } p { margin: 1em; width: 50%; font-family: remote }", "", &[]);
    }

    #[test]
    fn the_readers_clients_decide() {
        let only = |name: &str| Clients::new(Some([(name.to_owned(), 3.0)].into()), None);
        assert!(rows("p { display: grid }", "", only("apple_mail")).is_empty());
        let told = rows("p { display: flex }", "", only("outlook_windows"));
        assert!(told[0].diagnostic.message.ends_with("by Outlook for Windows (100 % of your readers)"), "{told:?}");
        let patient = Clients::new(None, Some(90.0));
        assert!(rows("p { display: grid }", "", patient).is_empty());
    }

    #[test]
    fn every_usual_client_is_known() {
        assert_eq!(Clients::default().shares.len(), shares::FACTS.usual_shares.len());
        assert!(Client::names().all(|name| Client::new(name).is_some_and(|client| !client.words().is_empty())));
    }
}
