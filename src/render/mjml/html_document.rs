//! The page around the body: doctype, head, and what old clients need.

use std::{collections::HashSet, fmt::Write as _};

use super::head::PageHead;

/// What the `<mjml>` element itself says.
pub(super) struct Root<'a> {
    pub(super) lang: &'a str,
    pub(super) dir: &'a str,
    /// Outlook's web app gets the wide layout.
    pub(super) wide_owa: bool,
}

/// Resets that every client needs: margins, table gaps of Outlook, pictures without borders.
const RESET: &str = "#outlook a { padding:0; }\n\
    body { margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%; }\n\
    table, td { border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt; }\n\
    img { border:0;height:auto;line-height:100%; outline:none;text-decoration:none;-ms-interpolation-mode:bicubic; }\n\
    p { display:block;margin:13px 0; }";

/// Outlook draws pictures at 96 dots an inch, and needs the width of groups said twice.
const OUTLOOK: &str = "<!--[if mso]>\n<noscript>\n<xml>\n<o:OfficeDocumentSettings>\n<o:AllowPNG/>\n\
    <o:PixelsPerInch>96</o:PixelsPerInch>\n</o:OfficeDocumentSettings>\n</xml>\n</noscript>\n<![endif]-->\n\
    <!--[if lte mso 11]>\n<style type=\"text/css\">\n.mj-outlook-group-fix { width:100% !important; }\n</style>\n<![endif]-->\n";

/// Puts the page together.
pub(super) fn page(root: &Root<'_>, head: &PageHead, body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 4096);
    if !head.before.is_empty() {
        let _ = writeln!(out, "{}", head.before.join("\n"));
    }
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\" dir=\"{}\" xmlns=\"http://www.w3.org/1999/xhtml\" \
         xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\">\n<head>\n\
         <title>{}</title>\n<!--[if !mso]><!-->\n<meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\">\n\
         <!--<![endif]-->\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <style type=\"text/css\">\n{RESET}\n</style>\n{OUTLOOK}",
        root.lang, root.dir, head.title
    );
    fonts(head, body, &mut out);
    media(root, head, &mut out);
    let components = head.component_css();
    if !components.is_empty() {
        let _ = writeln!(out, "<style type=\"text/css\">\n{}\n</style>", components.join("\n"));
    }
    if !head.style.is_empty() {
        let _ = writeln!(out, "<style type=\"text/css\">\n{}\n</style>", head.style.join("\n"));
    }
    let _ = write!(out, "{}\n</head>\n{body}\n</html>\n", head.raw.join("\n"));
    out
}

/// The widths of the columns where there is room for them.
fn media(root: &Root<'_>, head: &PageHead, out: &mut String) {
    if head.rules.is_empty() {
        return;
    }
    let rules = grouped(&head.rules, "");
    let _ = writeln!(
        out,
        "<style type=\"text/css\">\n@media only screen and (min-width:{width}) {{\n{}\n}}\n</style>\n\
         <style media=\"screen and (min-width:{width})\">\n{}\n</style>",
        rules.join("\n"),
        grouped(&head.rules, ".moz-text-html ").join("\n"),
        width = head.breakpoint
    );
    if root.wide_owa {
        let rules: Vec<String> = rules.iter().map(|rule| format!("[owa] {rule}")).collect();
        let _ = writeln!(out, "<style type=\"text/css\">\n{}\n</style>", rules.join("\n"));
    }
}

/// Classes of one rule stand before it together.
fn grouped(rules: &[(String, String)], prefix: &str) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (class, rule) in rules {
        let selector = format!("{prefix}.{class}");
        match groups.iter_mut().find(|(known, _)| known == rule) {
            Some((_, selectors)) => selectors.push(selector),
            None => groups.push((rule, vec![selector])),
        }
    }
    groups.into_iter().map(|(rule, selectors)| format!("{} {rule}", selectors.join(", "))).collect()
}

/// Links the fonts that the body names.
fn fonts(head: &PageHead, body: &str, out: &mut String) {
    if head.fonts.is_empty() {
        return;
    }
    let (body, inline) = (body.to_ascii_lowercase(), head.inline.concat().to_ascii_lowercase());
    let named: HashSet<&str> = families(&body, &['"']).chain(families(&inline, &[';', '}'])).collect();
    let is_used = |name: &str| {
        let name = name.to_ascii_lowercase();
        !name.is_empty() && named.iter().any(|family| family.contains(&name))
    };
    let used: Vec<&str> =
        head.fonts.iter().filter(|(name, _)| is_used(name)).map(|(_, address)| address.as_str()).collect();
    if used.is_empty() {
        return;
    }
    let lines = |write: fn(&&str) -> String| used.iter().map(write).collect::<Vec<_>>().join("\n");
    let links = lines(|url| format!("<link href=\"{url}\" rel=\"stylesheet\" type=\"text/css\">"));
    let imports = lines(|url| format!("@import url({url});"));
    let _ =
        writeln!(out, "<!--[if !mso]><!-->\n{links}\n<style type=\"text/css\">\n{imports}\n</style>\n<!--<![endif]-->");
}

/// What stands between each `font-family:` and the next of `ends`.
fn families<'a>(text: &'a str, ends: &'static [char]) -> impl Iterator<Item = &'a str> {
    text.match_indices("font-family:").map(move |(at, _)| {
        let value = &text[at..];
        &value[..value.find(ends).unwrap_or(value.len())]
    })
}
