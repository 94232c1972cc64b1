//! The background image of a section: CSS for most clients, VML for Outlook on Windows.

use std::borrow::Cow;

use super::{
    view::ElementView,
    write::{is, open},
};

/// Where and how large a background image lies.
pub(super) struct Background<'a> {
    url: Cow<'a, str>,
    x: Cow<'a, str>,
    y: Cow<'a, str>,
    size: Cow<'a, str>,
    repeat: Cow<'a, str>,
}

impl<'a> Background<'a> {
    /// The image of a section that has one.
    pub(super) fn of(view: &ElementView<'a>) -> Option<Self> {
        let url = view.get("background-url")?;
        let (x, y) = position(&view.get("background-position").unwrap_or_default());
        Some(Self {
            url,
            x: view.some("background-position-x").unwrap_or(Cow::Owned(x)),
            y: view.some("background-position-y").unwrap_or(Cow::Owned(y)),
            size: view.get("background-size").unwrap_or_default(),
            repeat: view.get("background-repeat").unwrap_or_default(),
        })
    }

    /// Says whether it has an address; one without is drawn for Outlook only, as MJML does.
    pub(super) fn is_seen(&self) -> bool {
        !self.url.is_empty()
    }

    /// The shorthand, and each part again for Yahoo, which does not know it.
    pub(super) fn properties(self, color: Option<Cow<'a, str>>) -> Vec<(&'static str, Option<Cow<'a, str>>)> {
        let Self { url, x, y, size, repeat } = self;
        let color = color.filter(|color| !color.is_empty()).map(|color| format!("{color} ")).unwrap_or_default();
        let all = format!("{color}url('{url}') {x} {y} / {size} {repeat}");
        vec![
            ("background", is(all.trim_end().to_owned())),
            ("background-position", is(format!("{x} {y}"))),
            ("background-repeat", is(repeat)),
            ("background-size", is(size)),
        ]
    }
}

/// Reads `top center`, in either order; what has more than two parts is MJML's default.
fn position(text: &str) -> (String, String) {
    let is_vertical = |word: &str| matches!(word, "top" | "bottom");
    let (x, y) = match text.split(' ').collect::<Vec<_>>()[..] {
        [one] if is_vertical(one) => ("center", one),
        [one] => (one, "center"),
        [one, two] if is_vertical(one) || (one == "center" && matches!(two, "left" | "right")) => (two, one),
        [one, two] => (one, two),
        _ => ("center", "top"),
    };
    (x.to_owned(), y.to_owned())
}

/// Writes the start of Outlook's rectangle with the image in it; `size` is its style.
pub(super) fn vml(view: &ElementView<'_>, image: &Background<'_>, size: Option<Cow<'_, str>>, out: &mut String) {
    let repeats = image.repeat == "repeat";
    let (x, y) =
        (axis(&image.x, ["left", "center", "right"], "50%"), axis(&image.y, ["top", "center", "bottom"], "0%"));
    let (mut origin, mut place) = ((share(&x, repeats), share(&y, repeats)), (share(&x, repeats), share(&y, repeats)));
    let mut kind = if image.repeat == "no-repeat" { "frame" } else { "tile" };
    let (mut extent, mut aspect) = (None, None);
    match &*image.size {
        "cover" => (extent, aspect) = (is("1,1"), is("atleast")),
        "contain" => (extent, aspect) = (is("1,1"), is("atmost")),
        // Outlook cannot use an image's own size in a frame.
        "auto" => (kind, origin, place) = ("tile", (0.5, 0.0), (0.5, 0.0)),
        size if size.contains(' ') => extent = is(size.replace(' ', ",")),
        size => (extent, aspect) = (is(size), is("atmost")),
    }
    let namespace = ("xmlns:v", is("urn:schemas-microsoft-com:vml"));
    open(out, "v:rect", &[("style", size), namespace, ("fill", is("true")), ("stroke", is("false"))]);
    let fill = [
        ("origin", is(format!("{}, {}", origin.0, origin.1))),
        ("position", is(format!("{}, {}", place.0, place.1))),
        ("src", is(&*image.url)),
        ("color", view.get("background-color")),
        ("type", is(kind)),
        ("size", extent),
        ("aspect", aspect),
    ];
    open(out, "v:fill", &fill);
    out.truncate(out.len() - 1);
    out.push_str(" /><v:textbox style=\"mso-fit-shape-to-text:true\" inset=\"0,0,0,0\">");
}

/// A place in percent; `other` for what is none.
fn axis(text: &str, words: [&str; 3], other: &str) -> String {
    match words.iter().position(|word| *word == text) {
        Some(index) => ["0%", "50%", "100%"][index].to_owned(),
        None if text.strip_suffix('%').is_some_and(|number| number.parse::<f64>().is_ok()) => text.to_owned(),
        None => other.to_owned(),
    }
}

/// VML counts from the corner where the image repeats, and from the middle where it does not.
fn share(percent: &str, repeats: bool) -> f64 {
    let share = super::sizes::integer(percent) / 100.0;
    if repeats { share } else { (-50.0 + share * 100.0) / 100.0 }
}
