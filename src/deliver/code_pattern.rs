//! Patterns of reply codes, as the table of replies writes them: `550`, `5yz`, `5.1.1`, `*.7.20-30`.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::reply::Reply;

/// Codes of one kind (RFC 5321 4.2, RFC 3463).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum CodePattern {
    /// Three digits.
    Basic(RangeInclusive<u16>),
    /// Class, subject, detail.
    Enhanced([RangeInclusive<u16>; 3]),
}

impl CodePattern {
    /// Says whether a reply has a code of this kind.
    pub(super) fn holds(&self, reply: &Reply) -> bool {
        match (self, reply.enhanced) {
            // A 0 says that there is no code of either kind.
            (Self::Basic(range), enhanced) => range.contains(&reply.code) && (reply.code > 0 || enhanced.is_none()),
            (Self::Enhanced([a, b, c]), Some((class, subject, detail))) => {
                a.contains(&u16::from(class)) && b.contains(&subject) && c.contains(&detail)
            }
            (Self::Enhanced(_), None) => false,
        }
    }
}

impl TryFrom<String> for CodePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no pattern of reply codes");
        let parts: Option<Vec<_>> = text.split('.').map(range).collect();
        match parts.as_deref() {
            Some([basic]) => Ok(Self::Basic(basic.clone())),
            Some([a, b, c]) => Ok(Self::Enhanced([a.clone(), b.clone(), c.clone()])),
            _ => Err(wrong()),
        }
    }
}

/// Reads `7`, `20-30`, `5yz` or `*`.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    if text == "*" {
        return Some(0..=u16::MAX);
    }
    if let Some(class) = text.strip_suffix("yz") {
        let class: u16 = class.parse().ok()?;
        return Some(class * 100..=class * 100 + 99);
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some(from.parse().ok()?..=to.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_for_codes_of_their_kind() {
        #[track_caller]
        fn check(pattern: &str, code: u16, enhanced: Option<(u8, u16, u16)>, expect: bool) {
            let reply = Reply { code, enhanced, text: String::new() };
            assert_eq!(CodePattern::try_from(pattern.to_owned()).unwrap().holds(&reply), expect);
        }
        check("550", 550, None, true);
        check("550", 551, Some((5, 5, 0)), false);
        check("5yz", 599, None, true);
        check("5yz", 450, None, false);
        check("5.1.1", 550, Some((5, 1, 1)), true);
        check("*.7.20-30", 550, Some((4, 7, 30)), true);
        check("*.7.20-30", 550, Some((4, 7, 31)), false);
        check("*.*.*", 550, None, false);
        assert!(CodePattern::try_from("5.1".to_owned()).is_err() && CodePattern::try_from("x".to_owned()).is_err());
    }
}
