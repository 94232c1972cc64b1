//! The space between the columns of a section with `gutter`.

use super::{
    column_width::given_width,
    sizes::{fine, number, round, width as parse_width},
    view::ElementView,
};

/// Says whether there is one.
pub(super) fn has(view: &ElementView<'_>) -> bool {
    view.around.gutter.as_deref().is_some_and(|gutter| !gutter.is_empty())
}

/// The gutter in a column's unit.
fn gutter(view: &ElementView<'_>, unit: &str) -> f64 {
    let Some(text) = view.around.gutter.as_deref() else { return 0.0 };
    let whole = number(&view.around.width);
    match (parse_width(text), unit) {
        ((own, "%"), "px") => whole * own / 100.0,
        ((own, "px"), "%") => own / whole * 100.0,
        ((own, _), _) => own,
    }
}

/// The width that the gutters leave to a column, and its unit.
pub(super) fn width(view: &ElementView<'_>) -> (f64, String) {
    let (given, unit) = given_width(view);
    let siblings = view.around.siblings as f64;
    let reduced = fine(given - gutter(view, &unit) * (siblings - 1.0) / siblings).max(0.0);
    if unit != "px" {
        return (reduced, unit);
    }
    // The pixels that do not divide go to the first columns.
    let floor = reduced.floor();
    let extra = round(siblings * (reduced - floor)).clamp(0.0, siblings);
    (floor + if (view.around.index as f64) < extra { 1.0 } else { 0.0 }, unit)
}

/// The class that gives a column its paddings.
pub(super) fn class(view: &ElementView<'_>) -> String {
    let (_, unit) = given_width(view);
    let value = gutter(view, &unit);
    let value = fine(if unit == "px" { round(value) } else { value }).to_string().replacen('.', "-", 1);
    let unit = if unit == "%" { "per" } else { &unit };
    let direction = if is_rtl(view) { "-rtl" } else { "" };
    format!("mj-column-gutter-{}-{}-{unit}-{value}{direction}", view.around.siblings, view.around.index + 1)
}

fn is_rtl(view: &ElementView<'_>) -> bool {
    view.around.direction.as_deref() == Some("rtl")
}

/// Half the gutter on each side where another column stands: top, right, bottom, left.
fn sides(view: &ElementView<'_>, unit: &str) -> [f64; 4] {
    let value = gutter(view, unit);
    let (first, last) = (view.around.index == 0, view.around.index + 1 == view.around.siblings);
    let halves = if unit == "px" {
        ((round(value) / 2.0).ceil(), (round(value) / 2.0).floor())
    } else {
        (value / 2.0, value / 2.0)
    };
    let unless = |edge: bool, half: f64| if edge { 0.0 } else { half };
    if view.around.siblings == 1 {
        [0.0; 4]
    } else if is_rtl(view) {
        [0.0, unless(first, halves.1), 0.0, unless(last, halves.0)]
    } else {
        [0.0, unless(last, halves.0), 0.0, unless(first, halves.1)]
    }
}

fn written(sides: [f64; 4], unit: &str) -> String {
    let sides = sides.map(|side| format!("{}{unit}", if unit == "px" { round(side) } else { fine(side) }));
    sides.join(" ")
}

/// The padding where columns stand side by side.
pub(super) fn on_a_desk(view: &ElementView<'_>) -> String {
    let (_, unit) = given_width(view);
    written(sides(view, &unit), &unit)
}

/// The padding of Outlook's cells.
pub(super) fn in_outlook(view: &ElementView<'_>) -> Option<String> {
    has(view).then(|| written(sides(view, "px"), "px"))
}

/// The padding where columns stack; those of a group never do.
pub(super) fn on_a_phone(view: &ElementView<'_>) -> Option<String> {
    if !has(view) {
        return None;
    }
    if view.around.in_group {
        return Some(on_a_desk(view));
    }
    let half = gutter(view, "%") / 2.0;
    let (first, last) = (view.around.index == 0, view.around.index + 1 == view.around.siblings);
    let sides = [if first { 0.0 } else { half }, 0.0, if last { 0.0 } else { half }, 0.0];
    Some(written(sides, "%"))
}
