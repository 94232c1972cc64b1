//! Colours that can be read on their background (WCAG 2.2, 1.4.3).

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// The least contrast of text and background.
pub(crate) const READABLE: f64 = 4.5;

/// Reads `#rgb`, `#rrggbb` or one of the plain names.
pub(crate) fn parse(text: &str) -> Option<Rgb> {
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "white" => return Some([255; 3]),
        "black" => return Some([0; 3]),
        _ => {}
    }
    let hex = text.strip_prefix('#').filter(|hex| hex.bytes().all(|octet| octet.is_ascii_hexdigit()))?;
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    match hex.len() {
        3 => {
            let one = |at: usize| u8::from_str_radix(hex.get(at..=at)?, 16).ok().map(|digit| digit * 17);
            Some([one(0)?, one(1)?, one(2)?])
        }
        6 => Some([pair(0)?, pair(2)?, pair(4)?]),
        _ => None,
    }
}

/// Writes `#rrggbb`.
pub(crate) fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The contrast of two colours, from 1 to 21.
pub(crate) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Moves `color` towards black or white until it can be read on `background`.
pub(crate) fn readable(color: Rgb, background: Rgb) -> Rgb {
    let goal = if luminance(background) > 0.18 { [0; 3] } else { [0xff; 3] };
    let step = |step: u32| mix(color, goal, f64::from(step) / 50.0);
    (0..=50).map(step).find(|mixed| contrast(*mixed, background) >= READABLE).unwrap_or(goal)
}

/// The colour that lies between two, `share` of the way from the first to the second.
pub(crate) fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let between = |(from, to): (u8, u8)| f64::from(from) * (1.0 - share) + f64::from(to) * share;
    // Both ends lie between 0 and 255, and so does what lies between them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    [0, 1, 2].map(|part| between((from[part], to[part])).round() as u8)
}

fn luminance(color: Rgb) -> f64 {
    let [red, green, blue] = color.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(parse("#1F6f8b").map(hex).as_deref(), Some("#1f6f8b"));
        assert_eq!(parse("#abc").map(hex).as_deref(), Some("#aabbcc"));
        for wrong in ["", "#", "#12", "#12345", "#ggg", "#éé", "blurple"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
        assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn every_accent_becomes_readable(color: [u8; 3]) {
            for background in [[255; 3], [0x1f, 0x1d, 0x1a]] {
                prop_assert!(contrast(readable(color, background), background) >= READABLE);
            }
        }
    }
}
