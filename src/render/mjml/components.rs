//! Which component writes which element.

use super::{
    button, column, divider, group, head::PageHead, hero, image, mrml, navbar, section, social, table, text,
    view::ElementView,
};

/// Writes a component.
pub(super) fn component(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    match view.element.name.as_str() {
        "mj-raw" => out.push_str(&view.element.content),
        "mj-section" | "mj-wrapper" => section::section(view, page, out),
        "mj-group" => group::group(view, page, out),
        "mj-column" => column::column(view, page, out),
        "mj-hero" => hero::hero(view, page, out),
        "mj-text" => text::text(view, out),
        "mj-spacer" => text::spacer(view, out),
        "mj-image" => image::image(view, page, out),
        "mj-button" => button::button(view, out),
        "mj-divider" => divider::divider(view, out),
        "mj-table" => table::own_table(view, out),
        "mj-navbar" => navbar::navbar(view, page, out),
        "mj-social" => social::social(view, page, out),
        _ => mrml::leave_place(view, page, out),
    }
}
