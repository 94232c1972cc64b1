//! What a page holds and nobody sees: words for search engines, for screen readers, and for whoever reads the source.

use crate::css::{self, Declaration};

use super::{
    escape::{is_block, is_void},
    plain::decode_entities,
    scan::{Tag, Token, Tokens},
};

/// Says whether a start tag hides its element; `on_white` that white letters cannot be seen.
pub(super) fn is_hidden(tag: Tag<'_>, on_white: bool) -> bool {
    tag.has_attributes()
        && tag.attributes().any(|attribute| {
            let (name, value) = (attribute.name, attribute.value);
            match () {
                () if name.eq_ignore_ascii_case("hidden") => !value.eq_ignore_ascii_case("until-found"),
                () if name.eq_ignore_ascii_case("aria-hidden") => value.trim().eq_ignore_ascii_case("true"),
                () if name.eq_ignore_ascii_case("class") => {
                    value.split_ascii_whitespace().any(|class| HIDING_CLASSES.contains(&class))
                }
                () if name.eq_ignore_ascii_case("style") => hides(value, on_white),
                () => false,
            }
        })
}

/// The names that large frameworks give to what only screen readers read.
const HIDING_CLASSES: &[&str] =
    &["sr-only", "screen-reader-text", "screen-reader-only", "visually-hidden", "visuallyhidden", "d-none"];

/// Says whether a page gives anything a background.
pub(super) fn declares_background(html: &str) -> bool {
    ["background", "BACKGROUND", "Background", "bgcolor", "BGCOLOR", "bgColor"].iter().any(|word| html.contains(word))
}

/// Says whether a `style` leaves nothing to see.
fn hides(style: &str, on_white: bool) -> bool {
    let declarations = css::declarations(&decode_entities(style));
    let (mut color, mut ground) = (None, None);
    let (mut is_moved, mut is_far, mut is_clipped, mut is_flat) = (false, false, false, false);
    for Declaration { name, value, .. } in &declarations {
        let value: String = value.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        match name.as_str() {
            "display" if value == "none" => return true,
            "visibility" if matches!(&*value, "hidden" | "collapse") => return true,
            "mso-hide" if value == "all" => return true,
            "opacity" if number(&value).is_some_and(|opacity| opacity < 0.05) => return true,
            "font-size" if number(&value).is_some_and(|size| size <= unit_of_size(&value)) => return true,
            "text-indent" if is_outside(&value) => return true,
            "transform"
                if ["scale(0)", "scale(0,", "scalex(0)", "scaley(0)"].iter().any(|none| value.contains(none)) =>
            {
                return true;
            }
            "content-visibility" if value == "hidden" => return true,
            "filter" if ["opacity(0)", "opacity(0%)"].iter().any(|none| value.contains(none)) => return true,
            // The size comes first unless a style or a weight does: "0/0 a".
            "font" if value.starts_with('0') && !value.starts_with("0.") => return true,
            "clip" | "clip-path" => {
                is_clipped |= value.contains("rect(0") || value.contains("rect(1px") || value.contains("inset(50%");
                is_clipped |= value.contains("inset(100%") || value.contains("circle(0");
            }
            "position" => is_moved = matches!(&*value, "absolute" | "fixed" | "relative"),
            "left" | "right" | "top" | "bottom" | "margin-left" | "margin-top" => is_far |= is_outside(&value),
            "width" | "height" | "max-height" | "max-width" => {
                is_flat |=
                    number(&value).is_some_and(|size| size < 1.5 && !value.ends_with('%') && !value.ends_with("em"));
            }
            "overflow" => is_clipped |= value == "hidden" && declarations.iter().any(is_flat_size),
            "color" if value == "transparent" => return true,
            "color" => color = Some(hue(&value)),
            "background" | "background-color" => ground = Some(hue(&value)),
            _ => {}
        }
    }
    let same = match (&color, &ground) {
        (Some(color), Some(ground)) => color == ground,
        (Some(color), None) => on_white && color == "fff",
        _ => false,
    };
    same || (is_moved && is_far) || (is_clipped && (is_moved || is_flat))
}

/// Says whether a declaration gives a box no width or no height.
fn is_flat_size(Declaration { name, value, .. }: &Declaration) -> bool {
    matches!(name.as_str(), "width" | "height" | "max-height" | "max-width")
        && number(value).is_some_and(|size| size < 1.5 && !value.contains(['%', 'e', 'E']))
}

/// The number that a value begins with.
fn number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// The largest size of letters that nobody can read, in the unit of `value`.
fn unit_of_size(value: &str) -> f64 {
    if value.ends_with('%') {
        10.0
    } else if value.ends_with("em") {
        0.1
    } else {
        1.0
    }
}

/// Says whether a length leads off the screen.
fn is_outside(value: &str) -> bool {
    number(value).is_some_and(|length| {
        let most = if value.ends_with("em") || value.ends_with('%') || value.ends_with("vw") { -50.0 } else { -500.0 };
        length <= most
    })
}

/// A colour in its shortest writing, as far as names and numbers of white and black go.
fn hue(value: &str) -> String {
    match value {
        "white"
        | "#fff"
        | "#ffffff"
        | "#ffff"
        | "#ffffffff"
        | "rgb(255,255,255)"
        | "rgba(255,255,255,1)"
        | "hsl(0,0%,100%)"
        | "#fefefe"
        | "#fdfdfd"
        | "snow" => "fff".to_owned(),
        "black" | "#000" | "#000000" | "rgb(0,0,0)" => "000".to_owned(),
        other => other.trim_start_matches('#').to_owned(),
    }
}

/// Passes over an element whose start tag was read, up to its end, whether it has an end tag or ends by itself.
pub(super) fn skip_hidden(rest: &mut Tokens<'_>, name: &str) {
    if is_void(name) {
        return;
    }
    let is_paragraph = name.eq_ignore_ascii_case("p");
    let siblings = siblings(name);
    let mut depth = 1_usize;
    // Inside lists and tables within the element, its siblings' names mean others.
    let mut inner = 0_usize;
    loop {
        let mut ahead = rest.clone();
        let Some(token) = ahead.next() else {
            *rest = ahead;
            return;
        };
        match token {
            Token::Start(start) if is_paragraph && is_block(start.name) => return,
            Token::Start(start) if inner == 0 && start.is(siblings) => return,
            Token::End(end) if inner == 0 && end.is(parents(name)) => return,
            Token::Start(start) if start.is(&["ul", "ol", "dl", "table"]) && !siblings.is_empty() => inner += 1,
            Token::End(end) if end.is(&["ul", "ol", "dl", "table"]) && !siblings.is_empty() => inner -= 1,
            Token::Start(start) if siblings.is_empty() && start.is(&[name]) => depth += 1,
            Token::End(end) if inner == 0 && end.is(&[name]) => depth -= 1,
            // A paragraph ends with what it stands in.
            Token::End(end) if is_paragraph && is_block(end.name) => return,
            _ => {}
        }
        *rest = ahead;
        if depth == 0 {
            return;
        }
    }
}

/// The elements whose start ends this one.
fn siblings(name: &str) -> &'static [&'static str] {
    match name.to_ascii_lowercase().as_str() {
        "li" => &["li"],
        "dt" | "dd" => &["dt", "dd"],
        "td" | "th" => &["td", "th", "tr", "tbody", "tfoot"],
        "tr" => &["tr", "tbody", "tfoot"],
        "thead" | "tbody" | "tfoot" => &["thead", "tbody", "tfoot"],
        "rp" | "rt" => &["rp", "rt"],
        _ => &[],
    }
}

/// The elements whose end ends this one.
fn parents(name: &str) -> &'static [&'static str] {
    match name.to_ascii_lowercase().as_str() {
        "li" => &["ul", "ol"],
        "dt" | "dd" => &["dl"],
        "td" | "th" => &["tr", "tbody", "thead", "tfoot", "table"],
        "tr" => &["tbody", "thead", "tfoot", "table"],
        "thead" | "tbody" | "tfoot" => &["table"],
        "rp" | "rt" => &["ruby"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(super::super::text(&clean(html, None)), expect, "{html}");
    }

    #[test]
    fn what_nobody_sees_goes() {
        for hides in [
            "style='display:none'",
            "style='DISPLAY : none !important'",
            "style='visibility:hidden'",
            "style='font-size:0'",
            "style='font:0/0 a'",
            "style='content-visibility: hidden'",
            "style='filter: opacity(0%)'",
            "style='transform: scale(0, 1)'",
            "style='font-size: 0.5px;line-height:0'",
            "style='opacity:0'",
            "style='opacity:.01'",
            "style='position:absolute;left:-9999px'",
            "style='top:-100em;position:fixed'",
            "style='text-indent:-9999px'",
            "style='clip:rect(0 0 0 0);position:absolute'",
            "style='height:0;overflow:hidden'",
            "style='overflow:hidden;max-height:0'",
            "style='color:#fff'",
            "style='color:white;background-color:#FFFFFF'",
            "style='color:transparent'",
            "style='display&#58;none'",
            "hidden",
            "hidden=''",
            "aria-hidden='true'",
            "class='x sr-only'",
        ] {
            for element in ["p", "div", "span", "blockquote", "h2", "section", "b"] {
                check(&format!("<p>one</p><{element} {hides}>secret</{element}><p>two</p>"), "one\n\ntwo");
            }
            check(&format!("<ul><li>one<li {hides}>secret<li>two</ul>"), "one\n\ntwo");
            check(&format!("<table><tr><td>one</td><td {hides}>secret<p>more</p></td></tr></table>"), "one");
        }
    }

    #[test]
    fn what_people_see_stays() {
        for shows in [
            "style='display:block'",
            "style='font-size:0.8em'",
            "style='font:0.9em/1.2 serif'",
            "style='filter:opacity(50%)'",
            "style='transform:scale(1.5)'",
            "style='font-size:12px'",
            "style='opacity:0.6'",
            "style='position:absolute;left:10px'",
            "style='text-indent:-1em'",
            "style='overflow:hidden'",
            "style='overflow:hidden;max-height:0.9em;height:100%'",
            "style='color:#fff;background:#000'",
            "style='color:#333'",
            "hidden=until-found",
            "aria-hidden='false'",
            "class='hidden-gem'",
        ] {
            check(&format!("<p>one</p><p {shows}>two</p>"), "one\n\ntwo");
        }
        check("<div style='background:#000'><p style='color:#fff'>two</p></div>", "two");
    }

    #[test]
    fn a_hidden_element_ends_where_it_ends() {
        check("<p hidden>secret<p>two", "two");
        check("<div><p hidden>secret</div>two", "two");
        check("<ul><li hidden>secret<ul><li>more</li></ul></li><li>two</li></ul>", "two");
        check("<ul><li hidden>secret</ul>two", "two");
        check("<p hidden>secret", "");
        check("<noscript>secret</noscript><template>more</template>two", "two");
        check("<img hidden src='https://a.example/b.png'>two", "two");
    }

    #[test]
    fn many_hidden_elements_take_linear_time() {
        let many = "<p hidden>".repeat(200_000);
        assert_eq!(clean(&many, None), "");
    }
}
