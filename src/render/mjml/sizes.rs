//! Widths and paddings, read as MJML reads them: leading digits count, the rest is the unit.

/// The whole number at the start (`parseInt`), `NaN` where there is none.
pub(super) fn integer(text: &str) -> f64 {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..].find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len() - sign);
    text[..sign + digits].trim_start_matches('+').parse().unwrap_or(f64::NAN)
}

/// The number at the start (`parseFloat`), `NaN` where there is none.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let mut dot = false;
    let end = text.char_indices().find(|(at, char)| match char {
        '-' | '+' => *at > 0,
        '.' => std::mem::replace(&mut dot, true),
        other => !other.is_ascii_digit(),
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    text[..end].trim_start_matches('+').trim_end_matches('.').parse().unwrap_or(f64::NAN)
}

/// A width and its unit; whole pixels, as fine percents as they are written.
pub(super) fn width(text: &str) -> (f64, &str) {
    let unit = unit(text);
    (if unit == "%" { number(text) } else { integer(text) }, if unit.is_empty() { "px" } else { unit })
}

/// What stands after the last number.
fn unit(text: &str) -> &str {
    let end = text.rfind(|char: char| char.is_ascii_digit());
    &text[end.map_or(0, |end| end + 1)..]
}

/// One side of `padding: 1px 2px 3px 4px`.
pub(super) fn side(shorthand: &str, side: &str) -> f64 {
    let parts: Vec<&str> = shorthand.split_whitespace().take(4).collect();
    let index = match (parts.len(), side) {
        (2, "top" | "bottom") | (3 | 4, "top") => 0,
        (2 | 3, _) if matches!(side, "left" | "right") => 1,
        (4, "right") => 1,
        (3 | 4, "bottom") => 2,
        (4, _) => 3,
        _ => return integer(shorthand),
    };
    integer(parts[index])
}

/// The width of `1px solid red`: its first number that begins a word.
pub(super) fn border(text: &str) -> f64 {
    let mut words = text.split(' ').filter(|word| word.starts_with(|char: char| char.is_ascii_digit()));
    words.next().map_or(0.0, integer)
}

/// Rounds as JavaScript does: halves upwards.
pub(super) fn round(number: f64) -> f64 {
    (number + 0.5).floor()
}

/// Keeps six digits after the point.
pub(super) fn fine(number: f64) -> f64 {
    format!("{number:.6}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_a_browser_reads_them() {
        assert_eq!((integer("12.7px"), integer(" -3em"), integer("100")), (12.0, -3.0, 100.0));
        assert!(integer("auto").is_nan() && number("px").is_nan());
        assert_eq!((number("33.33%"), number("190.74px"), number("5.")), (33.33, 190.74, 5.0));
        assert_eq!((width("33.3%"), width("12.7px"), width("100")), ((33.3, "%"), (12.0, "px"), (100.0, "px")));
        assert_eq!((round(2.5), round(190.74), fine(100.0 / 3.0)), (3.0, 191.0, 33.333_333));
    }

    #[test]
    fn shorthands_have_one_to_four_parts() {
        let sides = |text: &str| ["top", "right", "bottom", "left"].map(|name| side(text, name));
        assert_eq!(sides("1px"), [1.0; 4]);
        assert_eq!(sides("1px 2px"), [1.0, 2.0, 1.0, 2.0]);
        assert_eq!(sides("1px 2px  3px"), [1.0, 2.0, 3.0, 2.0]);
        assert_eq!(sides("1px 2px 3px 4px"), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!((border("2px solid red"), border("solid 3px"), border("none")), (2.0, 3.0, 0.0));
    }
}
