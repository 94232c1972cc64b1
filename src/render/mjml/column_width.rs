//! How wide a column or a group of columns is.

use std::borrow::Cow;

use super::{
    sizes::{number, width},
    view::ElementView,
};

/// The width as it is given, or an equal share.
pub(super) fn given_width(view: &ElementView<'_>) -> (f64, String) {
    let given = view.some("width").filter(|text| !width(text).0.is_nan());
    let text = given.unwrap_or_else(|| Cow::Owned(format!("{}%", 100.0 / view.around.columns as f64)));
    let (number, unit) = width(&text);
    (number, unit.to_owned())
}

/// The width in pixels.
pub(super) fn pixels(view: &ElementView<'_>) -> f64 {
    match given_width(view) {
        (share, unit) if unit == "%" => number(&view.around.width) * share / 100.0,
        (pixels, _) => pixels,
    }
}
