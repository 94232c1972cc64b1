//! The editor's `theme` in; colours that can be read by day and by night, fonts and measures out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    color, fonts,
    problem::{Problem, ProblemSubject},
};
use crate::diagnostic::Diagnostic;
use color::{Rgb, contrast, mix, readable};

/// The keys of `[digest.X.theme]`.
pub const THEME: [&str; 9] =
    ["accent", "background", "paper", "ink", "font", "heading_font", "logo", "width", "radius"];

/// How wide a mail may be, in pixels.
const WIDTH_RANGE: std::ops::RangeInclusive<u32> = 320..=800;

/// How round corners may be, in pixels.
const RADIUS_RANGE: std::ops::RangeInclusive<u32> = 0..=48;

/// What lies between the edge of the paper and its words on each side, in pixels.
const MARGIN: u32 = 24;

/// How light the desk and the paper are at night: the greatest part of their colour.
const NIGHT: [u8; 2] = [0x14, 0x1f];

/// What templates see as `theme`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Theme {
    #[serde(flatten)]
    pub(super) day: Palette,
    pub(super) dark: Palette,
    pub(super) font: String,
    pub(super) heading_font: String,
    /// The finished address of a picture; empty for none.
    pub(super) logo: String,
    /// Of the mail, in pixels.
    width: u32,
    /// Of the words on the paper, in pixels.
    column: u32,
    radius: u32,
}

/// Colours as `#rrggbb`: those of text can be read where they stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Palette {
    /// What the mail lies on.
    background: String,
    paper: String,
    /// Text on paper, and its quieter kind.
    ink: String,
    soft: String,
    /// Links on paper.
    pub(super) accent: String,
    /// Text on the desk, and its quieter kind.
    desk_ink: String,
    desk_soft: String,
    /// Hairlines.
    rule: String,
    button: String,
    button_ink: String,
}

impl Theme {
    /// The colours and fonts as properties of a web page, by day and by night.
    pub(super) fn as_style(&self) -> String {
        let day = self.day.as_style();
        let night = self.dark.as_style();
        format!(
            ":root{{{day}--font:{};--heading-font:{};--radius:{}px}}\n@media (prefers-color-scheme:dark){{:root{{{night}}}}}",
            self.font, self.heading_font, self.radius
        )
    }
}

impl Palette {
    fn as_style(&self) -> String {
        let colors = [
            ("background", &self.background),
            ("paper", &self.paper),
            ("ink", &self.ink),
            ("soft", &self.soft),
            ("accent", &self.accent),
            ("desk-ink", &self.desk_ink),
            ("desk-soft", &self.desk_soft),
            ("rule", &self.rule),
            ("button", &self.button),
            ("button-ink", &self.button_ink),
        ];
        colors.iter().map(|(name, color)| format!("--{name}:{color};")).collect()
    }
}

/// What a template looks like where the editor says nothing.
struct Defaults {
    template: &'static str,
    accent: Rgb,
    background: Rgb,
    paper: Rgb,
    ink: Rgb,
    font: fonts::Kind,
    heading_font: fonts::Kind,
    width: u32,
    radius: u32,
}

const DEFAULTS: [Defaults; 4] = [
    Defaults {
        template: "classic",
        accent: [0x9c, 0x2f, 0x1e],
        background: [0xec, 0xe8, 0xe0],
        paper: [0xff; 3],
        ink: [0x22, 0x22, 0x22],
        font: fonts::Kind::Serif,
        heading_font: fonts::Kind::Serif,
        width: 600,
        radius: 0,
    },
    Defaults {
        template: "cards",
        accent: [0x1d, 0x5f, 0xc4],
        background: [0xec, 0xf0, 0xf4],
        paper: [0xff; 3],
        ink: [0x18, 0x20, 0x2b],
        font: fonts::Kind::Sans,
        heading_font: fonts::Kind::Sans,
        width: 640,
        radius: 12,
    },
    Defaults {
        template: "plain",
        accent: [0x0b, 0x57, 0xb8],
        background: [0xff; 3],
        paper: [0xff; 3],
        ink: [0x1f, 0x1f, 0x1f],
        font: fonts::Kind::Sans,
        heading_font: fonts::Kind::Sans,
        width: 560,
        radius: 0,
    },
    Defaults {
        template: "brief",
        accent: [0xb4, 0x3a, 0x12],
        background: [0xf3, 0xf1, 0xed],
        paper: [0xff; 3],
        ink: [0x1c, 0x1b, 0x1a],
        font: fonts::Kind::Sans,
        heading_font: fonts::Kind::Serif,
        width: 560,
        radius: 6,
    },
];

/// Makes a theme of the editor's values, and says which of them had to be changed to be read.
///
/// # Errors
/// The first value that is none, with its key.
pub(super) fn theme(
    given: &BTreeMap<String, String>,
    template: &str,
    lang: &str,
) -> Result<(Theme, Vec<Problem>), (String, Diagnostic)> {
    for (key, value) in given {
        check(key, value).map_err(|wrong| (key.clone(), wrong))?;
    }
    let own = defaults(template);
    let color = |key: &str| given.get(key).and_then(|text| color::parse(text));
    let number = |key: &str| given.get(key).and_then(|text| text.trim().parse().ok());

    let paper = color("paper").unwrap_or(own.paper);
    let background = color("background").unwrap_or(if is_dark(paper) { dim(paper, NIGHT[0]) } else { own.background });
    let ink = color("ink").unwrap_or_else(|| if is_dark(paper) { mix(paper, [0xff; 3], 0.9) } else { own.ink });
    let accent = color("accent").unwrap_or(own.accent);
    let day = Colors { background, paper, ink, accent };
    let night = if is_dark(paper) {
        day
    } else {
        Colors {
            background: dim(background, NIGHT[0]),
            paper: dim(paper, if paper == background { NIGHT[0] } else { NIGHT[1] }),
            ink: paper.map(|part| u8::try_from(u32::from(part) * 92 / 100).unwrap_or(part)),
            accent,
        }
    };
    let mut problems = Vec::new();
    for (key, given) in [("ink", color("ink")), ("accent", color("accent"))] {
        if let Some(given) = given.filter(|given| contrast(*given, paper) < color::READABLE) {
            let [given, paper, shown] = [given, paper, readable(given, paper)].map(color::hex);
            let words = format!("`theme.{key}`: {given} cannot be read on paper of {paper}; {shown} is shown");
            problems.push(Problem::new(ProblemSubject::Theme(key.to_owned()), words));
        }
    }
    let width = number("width").unwrap_or(own.width);
    let (font, heading_font) = letters(given, template, lang);
    let theme = Theme {
        day: palette(&day),
        dark: palette(&night),
        font,
        heading_font,
        logo: String::new(),
        width,
        column: width - 2 * MARGIN,
        radius: number("radius").unwrap_or(own.radius),
    };
    Ok((theme, problems))
}

/// The fonts of text and of headings that have the letters of `lang`; headings take those of text where the editor
/// names none of their own.
pub(super) fn letters(given: &BTreeMap<String, String>, template: &str, lang: &str) -> (String, String) {
    let own = defaults(template);
    let families = |key: &str| given.get(key).and_then(|text| fonts::families(text));
    let text = families("font");
    let heading = families("heading_font").or_else(|| text.clone());
    (fonts::stack(text.as_deref(), own.font, lang), fonts::stack(heading.as_deref(), own.heading_font, lang))
}

/// Those of a built-in layout; another one begins like `classic`.
fn defaults(template: &str) -> &'static Defaults {
    DEFAULTS.iter().find(|own| own.template == template).unwrap_or(&DEFAULTS[0])
}

/// Looks at one value of `[digest.X.theme]`: nothing in it may end a style or a tag.
///
/// # Errors
/// What is wrong with it. An unknown key has no wrong values.
pub fn check(key: &str, value: &str) -> Result<(), Diagnostic> {
    let refuse = |what: String, hint: String| Err(Diagnostic::new(what).hint(hint));
    let within = |range: std::ops::RangeInclusive<u32>| match value.trim().parse::<u32>() {
        Ok(number) if range.contains(&number) => Ok(()),
        Ok(_) => {
            refuse(format!("`{key}` is {} px", value.trim()), format!("take {} to {}", range.start(), range.end()))
        }
        Err(_) => {
            refuse(format!("`{value}` is no number of pixels"), format!("write it as `{key} = {}`", range.end() / 2))
        }
    };
    match key {
        "accent" | "background" | "paper" | "ink" if color::parse(value).is_none() => {
            refuse(format!("`{value}` is no colour"), "write it as `#1f6f8b`".to_owned())
        }
        "font" | "heading_font" if fonts::families(value).is_none() => refuse(
            format!("`{value}` is no list of fonts"),
            "names of letters, digits, blanks and hyphens, as `Georgia, 'Times New Roman', serif`".to_owned(),
        ),
        "width" => within(WIDTH_RANGE),
        "radius" => within(RADIUS_RANGE),
        _ => Ok(()),
    }
}

/// Four colours that the others follow from.
#[derive(Clone, Copy)]
struct Colors {
    background: Rgb,
    paper: Rgb,
    ink: Rgb,
    accent: Rgb,
}

fn palette(colors: &Colors) -> Palette {
    let Colors { background, paper, ink, accent } = *colors;
    let ink = readable(ink, paper);
    // Ink that fails on the desk gives way to the desk's own black or white, not to the palest grey that will do.
    let desk_ink = match contrast(ink, background) < color::READABLE {
        true if is_dark(background) => mix(background, [0xff; 3], 0.9),
        true => mix(background, [0; 3], 0.85),
        false => ink,
    };
    let desk_ink = readable(desk_ink, background);
    // A button keeps the accent as it is given, if it can be told from the paper.
    let button = if contrast(accent, paper) < 1.1 { readable(accent, paper) } else { accent };
    let button_ink = [[0xff; 3], ink].into_iter().find(|ink| contrast(*ink, button) >= color::READABLE);
    let text = |color: Rgb, on: Rgb| color::hex(readable(color, on));
    Palette {
        background: color::hex(background),
        paper: color::hex(paper),
        ink: color::hex(ink),
        soft: text(mix(ink, paper, 0.3), paper),
        accent: text(accent, paper),
        desk_ink: color::hex(desk_ink),
        desk_soft: text(mix(desk_ink, background, 0.25), background),
        rule: color::hex(mix(ink, paper, 0.8)),
        button: color::hex(button),
        button_ink: color::hex(button_ink.unwrap_or_else(|| readable(ink, button))),
    }
}

fn is_dark(color: Rgb) -> bool {
    contrast(color, [0xff; 3]) > contrast(color, [0; 3])
}

/// Darkens a colour until its greatest part is `level`; its hue stays.
fn dim(color: Rgb, level: u8) -> Rgb {
    let greatest = color.iter().copied().max().unwrap_or(0);
    if greatest <= level {
        return color;
    }
    color.map(|part| u8::try_from(u32::from(part) * u32::from(level) / u32::from(greatest)).unwrap_or(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn given(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn made(values: &[(&str, &str)]) -> (Theme, Vec<Problem>) {
        theme(&given(values), "classic", "en").unwrap()
    }

    #[track_caller]
    fn refused(key: &str, value: &str, what: &str, hint: &str) {
        let complaint = check(key, value).unwrap_err();
        assert!(complaint.message.contains(what) && complaint.hint.as_deref().unwrap().contains(hint), "{complaint:?}");
        assert_eq!(theme(&given(&[(key, value)]), "classic", "en").unwrap_err(), (key.to_owned(), complaint));
    }

    #[test]
    fn values_that_are_none_are_refused() {
        refused("ink", "blurple", "`blurple` is no colour", "#1f6f8b");
        refused("background", "#fff;}", "is no colour", "#1f6f8b");
        refused("width", "319", "319 px", "320 to 800");
        refused("width", "900", "900 px", "320 to 800");
        refused("width", "wide", "`wide` is no number", "width = 400");
        refused("radius", "49", "49 px", "0 to 48");
        for font in ["Georgia; color: red", "a{}", "</style>", "'Georgia", "", ",", "url(x)", "a\\b", "Georgia, \"a'"] {
            refused("font", font, "is no list of fonts", "Georgia");
        }
        assert_eq!(check("width", "640"), Ok(()));
        assert_eq!(check("heading_font", "'Iowan Old Style', Georgia, serif"), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_is_changed_and_said() {
        let (pale, problems) = made(&[("ink", "#cccccc"), ("paper", "#ffffff"), ("accent", "#ffee00")]);
        assert_eq!(problems.len(), 2);
        assert!(
            problems[0].to_string().contains("`theme.ink`: #cccccc") && problems[0].to_string().contains(&pale.day.ink),
            "{problems:?}"
        );
        assert_eq!(made(&[("ink", "#333333")]).1, []);
        assert_eq!(pale.day.button, "#ffee00");
    }

    #[test]
    fn a_dark_paper_stays_dark_by_day_and_night() {
        let (theme, problems) = made(&[("paper", "#101820")]);
        assert_eq!(theme.day, theme.dark);
        assert_eq!(problems, []);
        assert!(contrast(color::parse(&theme.day.ink).unwrap(), [0x10, 0x18, 0x20]) > 12.0);
    }

    #[test]
    fn a_dark_desk_has_light_words_round_a_light_paper() {
        let (theme, _) = made(&[("background", "#40305f")]);
        let desk = color::parse(&theme.day.background).unwrap();
        assert!(contrast(color::parse(&theme.day.desk_ink).unwrap(), desk) > 7.0);
        assert_eq!(theme.day.ink, "#222222");
    }

    #[test]
    fn measures_follow_the_width() {
        let (theme, _) = made(&[("width", "640"), ("radius", "8"), ("font", "Iowan Old Style, Georgia")]);
        assert_eq!((theme.width, theme.column, theme.radius), (640, 592, 8));
        assert!(theme.font.starts_with("'Iowan Old Style', Georgia, "));
        assert_eq!(theme.font, theme.heading_font);
    }

    proptest! {
        #[test]
        fn every_theme_can_be_read(colors: [[u8; 3]; 4]) {
            let [accent, background, paper, ink] = colors.map(color::hex);
            let values = [("accent", &*accent), ("background", &*background), ("paper", &*paper), ("ink", &*ink)];
            let theme = made(&values).0;
            for palette in [&theme.day, &theme.dark] {
                let on = |ground: &str, inks: &[&str]| {
                    let ground = color::parse(ground).unwrap();
                    inks.iter().all(|ink| contrast(color::parse(ink).unwrap(), ground) >= color::READABLE)
                };
                prop_assert!(on(&palette.paper, &[&palette.ink, &palette.soft, &palette.accent]));
                prop_assert!(on(&palette.background, &[&palette.desk_ink, &palette.desk_soft]));
                prop_assert!(on(&palette.button, &[&palette.button_ink]));
            }
        }
    }
}
