//! Cleaning in three steps: a pass over the tokens that bounds what a tree builder has to bear, ammonia's
//! allow-list, and a pass that writes its result as XML would have it.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::{
    escape::{has_no_text, is_forbidden, is_one_of, is_void, push_escaped},
    hidden::{declares_background, is_hidden, skip_hidden},
    plain::decode_entities,
    scan::{Tag, Token, scan},
};

/// Keeps what is harmless, makes links absolute against `base`, and closes every element.
///
/// The result is a well-formed XML fragment: void elements end in ` />`, attributes are quoted, only the
/// five entities of XML and numeric ones stand in it, and elements are nested at most 64 deep. Links lead to
/// `http:`, `https:` or `mailto:`; styles, classes, ids, scripts, forms, frames and hidden elements go.
pub fn clean(html: &str, base: Option<&Url>) -> String {
    if !html.contains(['<', '&']) {
        let mut out = String::with_capacity(html.len());
        let html = &html[..html.floor_char_boundary(MAX_ARTICLE)];
        push_text(&mut out, &html.trim().replace('>', "&gt;"));
        return out;
    }
    let limited = limited(html);
    let clean = write(&RULES.clean(&limited).to_string(), base);
    // What stands wrongly in a table is moved out of it, and may then stand wrongly there: a second look puts it right.
    if clean.contains("<table") { write(&RULES.clean(&clean).to_string(), base) } else { clean }
}

/// Elements that may stay.
static KEPT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "a abbr b bdi bdo blockquote br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i \
     img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u \
     ul var wbr"
        .split(' ')
        .collect()
});

/// Elements that end by themselves where the next begins; their nesting needs one of the others.
pub(super) const SELF_ENDING: &[&str] =
    &["p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "rp", "rt", "br", "hr", "img", "wbr"];

/// Elements that a tree builder opens again in every following block until they are closed.
const REOPENED: &[&str] = &["a", "b", "code", "em", "i", "s", "small", "strong", "u"];

/// Deeper than this, tags are left out and their content stays.
const MAX_DEPTH: usize = 60;

/// So many elements a tree may have, reopened ones included; what follows is text.
pub(super) const MAX_ELEMENTS: usize = 100_000;

/// No article is longer, in octets: 150,000 words. What follows is left out.
pub(crate) const MAX_ARTICLE: usize = 1 << 20;

static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut rules = Builder::default();
    rules
        .tags(KEPT.iter().copied().collect())
        .clean_content_tags(HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        // `write` resolves the relative ones: so one set of rules serves every base.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .generic_attributes(["lang", "dir"].into())
        .tag_attributes(
            [
                ("a", ["href", "title"].into()),
                ("img", ["src", "alt", "width", "height", "title"].into()),
                ("td", ["colspan", "rowspan"].into()),
                ("th", ["colspan", "rowspan"].into()),
                ("ol", ["start"].into()),
                ("time", ["datetime"].into()),
                ("abbr", ["title"].into()),
            ]
            .into(),
        );
    rules
});

/// Leaves out what nobody sees, and tags beyond the limits, so that no input makes the tree deep or huge.
fn limited(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&str> = Vec::new();
    let mut reopened: Vec<&str> = Vec::new();
    let mut elements = 0;
    // Where nothing has a background of its own, white letters stand on white.
    let on_white = !declares_background(html);
    let mut rest = scan(html);
    while let Some(token) = rest.next().filter(|_| out.len() <= MAX_ARTICLE) {
        match token {
            // A lone `<` is text; escaped, no later step can take it for a tag.
            Token::Text(text) => match text.strip_prefix('<') {
                Some(more) => push_bare(&mut out, "&lt;", more),
                None => push_bare(&mut out, "", text),
            },
            Token::Start(tag) if has_no_text(tag.name) => {
                if !tag.source.ends_with("/>") {
                    rest.skip_content(tag.name);
                }
            }
            Token::Start(tag) if tag.is(&["form", "nav"]) => rest.skip_content(tag.name),
            Token::Start(tag) if is_hidden(tag, on_white) => skip_hidden(&mut rest, tag.name),
            Token::Start(tag) => {
                let name = renamed(tag.name);
                if !is_one_of(name, &KEPT) || is_pixel(tag) {
                    continue;
                }
                elements += 1 + reopened.len();
                if elements > MAX_ELEMENTS {
                    continue;
                }
                if is_one_of(name, REOPENED) {
                    if reopened.len() >= 8 {
                        continue;
                    }
                    reopened.push(name);
                } else if !is_one_of(name, SELF_ENDING) {
                    if open.len() >= MAX_DEPTH {
                        continue;
                    }
                    open.push(name);
                }
                let attributes = tag.source[1 + tag.name.len()..].trim_end_matches('>').trim_end_matches('/');
                out.extend(["<", name, " ", attributes, ">"]);
            }
            Token::Comment(_) => {}
            Token::End(tag) => {
                let name = renamed(tag.name);
                if !is_one_of(name, &KEPT) || is_void(name) {
                    continue;
                }
                let list = if is_one_of(name, REOPENED) { &mut reopened } else { &mut open };
                let there = list.iter().rposition(|open| open.eq_ignore_ascii_case(name));
                match there {
                    Some(at) if is_one_of(name, REOPENED) => drop(list.remove(at)),
                    Some(at) => list.truncate(at),
                    // The end of a tag that was left out, or of none. A lone `</p>` would make an empty one.
                    None if is_one_of(name, SELF_ENDING) && name != "p" && elements <= MAX_ELEMENTS => {}
                    None if name.eq_ignore_ascii_case("p") && elements <= MAX_ELEMENTS => {}
                    None => continue,
                }
                out.extend(["</", name, ">"]);
            }
        }
    }
    out
}

/// Appends text without NULs, which the parser would turn into replacement characters.
fn push_bare(out: &mut String, before: &str, text: &str) {
    out.push_str(before);
    if text.contains('\0') {
        out.extend(text.chars().filter(|c| *c != '\0'));
    } else {
        out.push_str(text);
    }
}

/// Old and sectioning elements by the names of those that mail clients know.
fn renamed(name: &str) -> &str {
    const BLOCKS: &[&str] = &[
        "article", "section", "header", "footer", "main", "aside", "center", "address", "details", "summary", "hgroup",
        "fieldset", "legend", "dir", "menu",
    ];
    match name {
        _ if is_one_of(name, BLOCKS) => "div",
        _ if is_one_of(name, &["strike"]) => "s",
        _ if is_one_of(name, &["tt"]) => "code",
        _ => name,
    }
}

/// An image of one pixel counts readers and shows nothing.
fn is_pixel(tag: Tag<'_>) -> bool {
    let tiny = |side| tag.attribute(side).is_some_and(|value| matches!(value.trim_end_matches("px"), "0" | "1"));
    tag.is(&["img"]) && tiny("width") && tiny("height")
}

/// Writes ammonia's result, which is balanced and quoted, as XML.
fn write(cleaned: &str, base: Option<&Url>) -> String {
    let mut out = String::with_capacity(cleaned.len() + cleaned.len() / 16);
    // Links without an address and images without a source say nothing.
    let mut links: Vec<bool> = Vec::new();
    for token in scan(cleaned) {
        match token {
            // HTML drops the line break that begins a `pre`, XML does not: there is none.
            Token::Text(text) if out.ends_with("<pre>") => push_text(&mut out, text.trim_start_matches('\n')),
            Token::Text(text) => push_text(&mut out, text),
            Token::Start(tag) => {
                let name = tag.name;
                let address = ["href", "src"].iter().find_map(|attr| tag.attribute(attr)).and_then(|link| {
                    let link = resolve(link, base)?;
                    (name == "a" || link.scheme() != "mailto").then_some(link)
                });
                if name == "a" {
                    links.push(address.is_some());
                }
                if matches!(name, "a" | "img") && address.is_none() {
                    continue;
                }
                out.extend(["<", name]);
                for attribute in tag.attributes() {
                    match attribute.name {
                        "href" | "src" => {
                            let Some(link) = &address else { continue };
                            push_attribute(&mut out, attribute.name, link.as_str());
                        }
                        "width" | "height" | "colspan" | "rowspan" | "start" => {
                            let number = attribute.value.trim().trim_end_matches("px");
                            if !number.is_empty() && number.len() < 6 && number.bytes().all(|b| b.is_ascii_digit()) {
                                push_attribute(&mut out, attribute.name, number);
                            }
                        }
                        _ => push_attribute(&mut out, attribute.name, &decode_entities(attribute.value)),
                    }
                }
                out.push_str(if is_void(name) { " />" } else { ">" });
            }
            Token::End(tag) if tag.name == "a" && links.pop() != Some(true) => {}
            Token::End(tag) => out.extend(["</", tag.name, ">"]),
            Token::Comment(_) => {}
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.drain(..out.len() - out.trim_start().len());
    out
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "=\""]);
    push_escaped(out, value);
    out.push('"');
}

/// Copies text that is escaped already; of HTML's own entities the serializer writes only `&nbsp;`.
fn push_text(out: &mut String, text: &str) {
    if !text.contains("&nbsp;") && !text.contains(is_forbidden) {
        return out.push_str(text);
    }
    out.extend(text.replace("&nbsp;", "&#160;").chars().filter(|c| !is_forbidden(*c)));
}

/// Makes a link absolute; `None` for one that leads nowhere from a mail.
fn resolve(link: &str, base: Option<&Url>) -> Option<Url> {
    let link = decode_entities(link);
    let link = link.trim();
    let url = match base {
        Some(base) => base.join(link),
        None => Url::parse(link),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        let base = Url::parse("https://harbour.example/notes/one/").unwrap();
        assert_eq!(clean(html, Some(&base)), expect);
    }

    #[test]
    fn what_is_harmless_stays_and_is_well_formed() {
        check("Plain & simple", "Plain &amp; simple");
        check("<p>One<p>two<br>three", "<p>One</p><p>two<br />three</p>");
        check("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
        check("5 < 6 &nbsp;&copy; &#0;", "5 &lt; 6 &#160;© \u{fffd}");
        check("<article><h1 class=x id=y style='z'>T</h1></article>", "<div><h1>T</h1></div>");
        check("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b><i>c</i>");
        check(
            "<img src=a.png alt='\"<>&' width=10px>",
            "<img src=\"https://harbour.example/notes/one/a.png\" alt=\"&quot;&lt;&gt;&amp;\" width=\"10\" />",
        );
        check("<p>a\u{1}b\0c</p>", "<p>abc</p>");
    }

    #[test]
    fn links_are_absolute_and_lead_somewhere() {
        check(
            "<a href='../two/?a=1&b=2#x'>t</a>",
            "<a href=\"https://harbour.example/notes/two/?a=1&amp;b=2#x\">t</a>",
        );
        check("<a href='javascript:alert(1)'>t</a>", "t");
        check("<a href=' JaVa\tscript:alert(1)'>t</a>", "t");
        check("<a href='data:text/html,x'>t</a><img src='data:image/png;base64,AA'>", "t");
        check("<a href='mailto:a@harbour.example'>m</a>", "<a href=\"mailto:a@harbour.example\">m</a>");
        assert_eq!(clean("<a href='/a'>t</a><img src=b.png>", None), "t");
    }

    #[test]
    fn what_acts_or_hides_goes_with_its_content() {
        check("a<script>x</script><style>y</style><iframe src=z>w</iframe>b", "ab");
        check("a<svg><script>x</script><a>y</a></svg><form>f<input></form>b", "ab");
        check("a<div style='display: none'>x<div>y</div></div><span hidden>z</span>b", "ab");
        check("a<!-- c --><![CDATA[d]]>b<?php e ?>", "ad]]&gt;b");
        check("<p onclick=x>t</p><img src=https://t.example/p.gif width=1 height=1>", "<p>t</p>");
        check("</mj-text><mj-raw><mj-include path='/etc/passwd' />x</mj-raw>", "x");
    }

    #[test]
    fn deep_nesting_is_flattened_fast() {
        for piece in [
            "<div>",
            "<b>",
            "<b id=1>",
            "<blockquote><p>",
            "<table><tr><td>",
            "<ul><li>",
            "<a href=/x>",
            "<font>",
            "<p>x",
            "<div></b>",
            "<i></div>",
            "<span>",
        ] {
            let cleaned = clean(&format!("{}deep", piece.repeat(3_000)), None);
            assert!(cleaned.contains("deep"), "{piece}");
            assert!(depth(&cleaned) < 256, "{piece} {}", depth(&cleaned));
        }
        for piece in ["<div>", "<b>", "<table><tr><td>"] {
            assert!(clean(&format!("{}deep", piece.repeat(100_000)), None).contains("deep"));
        }
    }

    fn depth(html: &str) -> usize {
        let (mut now, mut most) = (0usize, 0);
        for token in scan(html) {
            match token {
                Token::Start(tag) if !tag.is_empty() => now += 1,
                Token::End(_) => now -= 1,
                _ => {}
            }
            most = most.max(now);
        }
        assert_eq!(now, 0);
        most
    }

    /// Reads a fragment with a strict XML parser that shares nothing with ours.
    fn assert_well_formed(cleaned: &str) {
        use quick_xml::{Reader, events::Event};
        let whole = format!("<x>{cleaned}</x>");
        let mut reader = Reader::from_str(&whole);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}: {cleaned}")) {
                Event::Start(tag) | Event::Empty(tag) => {
                    for attribute in tag.attributes() {
                        let attribute = attribute.unwrap_or_else(|error| panic!("{error}: {cleaned}"));
                        let (name, value) = (attribute.key.as_ref(), attribute.value.into_owned());
                        assert!(!name.starts_with("on") && name != "style" && !value.contains('<'), "{cleaned}");
                        let link = name == "href" || name == "src";
                        assert!(
                            !link || ["http://", "https://", "mailto:"].iter().any(|start| value.starts_with(start)),
                            "{cleaned}"
                        );
                    }
                }
                Event::GeneralRef(entity) => {
                    let known = ["amp", "lt", "gt", "quot", "apos"].contains(&&*entity) || entity.starts_with("#");
                    assert!(known, "{cleaned}");
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(!cleaned.contains(|c: char| is_forbidden(c)), "{cleaned:?}");
    }

    #[track_caller]
    fn again(html: &str) {
        let base = Url::parse("https://harbour.example/a/").unwrap();
        let once = clean(html, Some(&base));
        assert_well_formed(&once);
        assert_eq!(clean(&once, Some(&base)), once, "{html}");
    }

    #[test]
    fn what_is_clean_stays_as_it_is() {
        for html in [
            "<table><tr><td>a<td>b</table>",
            "<a href=b>x<a href=c>y</a>",
            "<p><table><tr><td>x</table></p>",
            "<pre>\n\na\n  b</pre>",
            "<pre>\na</pre>",
            "a &nbsp; b &copy; &amp;lt; &#x1;",
            "<ul><p>x<li>y</ul>",
            "<table>stray<tr><td>x</table>",
            "<b><p>x</b>y</p>",
            "<h1><div>x</h1>y</div>",
            "<img src=a alt='&quot;<'><br/></br>",
            "<li>a<ul><li>b</ul></li>",
            "<dl><dt>a<dd>b</dl>",
            "<ruby>a<rt>b</ruby>",
            "<a href='x'><p>block</p></a>",
            "<template><p>x</template><select><option>y</select>z",
            "<p>a</p> \n <p>b</p>",
            "<div> </div>",
            "<tr><td>x",
            "<caption>x</caption>",
            "x</p>y",
        ] {
            again(html);
        }
    }

    #[test]
    fn links_in_broken_tables_come_to_rest() {
        again("\n</p></pre></ul>\n\n<dd>x <table>\n<tr> \n<a href=x></dd><dd>");
    }

    proptest! {
        #[test]
        fn every_result_is_well_formed_and_clean_again(
            html in "(<|</|>|/>|b|p|a|table|tr|td|li|ul|pre|img|br|h1|div| href=|src=|onclick=|style=|javascript:|'|\"|&lt;|&|;|&#1;|x|script|<!--|-->|\n|\\PC){0,40}",
            tags in "(</?(b|p|a href=x|table|tr|td|th|tbody|li|ul|pre|img src=x|br|h2|div|i|blockquote|caption|dl|dd|ruby|rt|q|code)>|x| |\n){0,25}",
        ) {
            again(&html);
            again(&tags);
        }
    }
}
