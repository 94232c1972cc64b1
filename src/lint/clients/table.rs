//! Who shows what, out of two small files.

use std::sync::LazyLock;

/// A mail client of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub(super) usize);

/// Something that a page may use.
#[derive(Debug)]
pub(super) struct Feature {
    /// Whether a reader without it loses something.
    pub(super) is_missed: bool,
    pub(super) sign: Sign,
    /// What to do instead.
    pub(super) hint: &'static str,
    /// Who lacks it.
    pub(super) lacking: Vec<Client>,
}

/// How a use of it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Property(&'static str, Option<&'static str>),
    Function(&'static str),
    Unit(&'static str),
    Selector(&'static str),
    AtRule(&'static str),
    Element(&'static str),
    Attribute(&'static str),
    Picture(&'static str),
}

/// All that is known, in the order of `features.txt`.
pub(super) static FEATURES: LazyLock<Vec<Feature>> = LazyLock::new(|| {
    let lines = include_str!("features.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(feature).collect()
});

const SUPPORT: &str = include_str!("support.txt");

/// The clients of the table, in its order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let head = SUPPORT.lines().find_map(|line| line.strip_prefix("# feature "));
    head.unwrap_or_default().split_whitespace()
}

fn feature(line: &'static str) -> Option<Feature> {
    let mut parts = line.splitn(4, ' ');
    let (use_, slug, sign) = (parts.next()?, parts.next()?, sign(parts.next()?)?);
    let row = SUPPORT.lines().find_map(|line| line.strip_prefix(slug)?.strip_prefix(' '))?;
    let lacking = names().zip(row.split(' ')).enumerate().filter(|(_, (_, letter))| *letter == "n");
    Some(Feature {
        is_missed: use_ == "missed",
        sign,
        hint: parts.next().unwrap_or_default(),
        lacking: lacking.map(|(index, _)| Client(index)).collect(),
    })
}

fn sign(text: &'static str) -> Option<Sign> {
    let (kind, what) = text.split_once(':')?;
    Some(match kind {
        "p" => match what.split_once('=') {
            Some((name, value)) => Sign::Property(name, Some(value)),
            None => Sign::Property(what, None),
        },
        "f" => Sign::Function(what),
        "u" => Sign::Unit(what),
        "s" => Sign::Selector(what),
        "a" => Sign::AtRule(what),
        "e" => Sign::Element(what),
        "t" => Sign::Attribute(what),
        "i" => Sign::Picture(what),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_feature() {
        let lines = include_str!("features.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(FEATURES.len(), lines);
        assert!(FEATURES.iter().all(|feature| feature.is_missed != feature.hint.is_empty()));
    }

    #[test]
    fn the_table_is_whole() {
        let count = names().count();
        for line in SUPPORT.lines().filter(|line| !line.starts_with('#')) {
            let letters: Vec<&str> = line.split(' ').skip(1).collect();
            assert_eq!(letters.len(), count, "{line}");
            assert!(letters.iter().all(|letter| ["y", "a", "n", "u"].contains(letter)), "{line}");
        }
    }
}
