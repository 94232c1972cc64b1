//! HTML text in, the pieces that a mail program sees out: what stands here is compared, all else is not.
//!
//! White space that shows nothing, the order of attributes, classes and of declarations that do not touch
//! each other, plain comments, and the names that MJML makes up at random are evened out. Outlook's
//! conditional comments open and close tables across each other, so they are read as text: their tags
//! stand in the same stream, between marks of their own.

use std::collections::HashMap;

/// One piece: a tag, a text, a mark of a conditional comment, or a part of a style sheet.
pub(crate) type Piece = String;

/// Reads HTML into its pieces.
pub(crate) fn pieces(html: &str) -> Vec<Piece> {
    let html = same_carousels(html);
    let mut reader = Reader { rest: &html, out: Vec::new(), flow: Flow::default(), outer: None, preserved: 0 };
    reader.read();
    without_implied_ends(same_menus(reader.out))
}

/// Where the line of text stands, to tell white space that shows from white space that does not.
#[derive(Clone, Copy, Default)]
struct Flow {
    /// Something stands before on the same line.
    inline: bool,
    /// White space came after it.
    space: bool,
}

struct Reader<'a> {
    rest: &'a str,
    out: Vec<Piece>,
    flow: Flow,
    /// The flow outside of the hidden comment that is being read.
    outer: Option<Flow>,
    preserved: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        while !self.rest.is_empty() {
            let next = self.rest.as_bytes().get(1).copied().unwrap_or(b' ');
            if !self.rest.starts_with('<') || !(next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')) {
                let from = self.rest.chars().next().map_or(0, char::len_utf8);
                let end = self.rest[from..].find('<').map_or(self.rest.len(), |at| from + at);
                let text = self.take(end);
                self.text(text);
            } else if next == b'!' || next == b'?' {
                self.declaration();
            } else {
                self.tag();
            }
        }
    }

    fn take(&mut self, end: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes what stands before `end`, and `end` itself; all of it where `end` is missing.
    fn take_to(&mut self, end: &str) -> &'a str {
        let at = self.rest.find(end).unwrap_or(self.rest.len());
        let taken = self.take(at);
        self.take(end.len().min(self.rest.len()));
        taken
    }

    fn text(&mut self, text: &str) {
        if self.preserved > 0 {
            return self.out.push(format!("text {:?}", entities(text)));
        }
        let trimmed = text.trim_matches(blank);
        if trimmed.is_empty() {
            self.flow.space |= self.flow.inline;
            return;
        }
        let before = self.flow.inline && (self.flow.space || text.starts_with(blank));
        let words = entities(&collapse(trimmed));
        self.out.push(format!("text {}{words}", if before { "␣" } else { "" }));
        self.flow = Flow { inline: true, space: text.ends_with(blank) };
    }

    /// A comment, a condition, or a doctype.
    fn declaration(&mut self) {
        if let Some(rest) = self.rest.strip_prefix("<!--") {
            if rest.trim_start_matches(blank).starts_with("[if") {
                return self.condition();
            }
            if rest.starts_with("<![endif]-->") {
                self.take("<!--<![endif]-->".len());
                return self.mark("end of shown condition".to_owned());
            }
            // `<!-->` is an empty comment.
            self.take(if rest.starts_with('>') { 2 } else { 4 });
            self.take_to("-->");
            return;
        }
        if self.rest.starts_with("<![endif]-->") {
            self.take("<![endif]-->".len());
            if let Some(outer) = self.outer.take() {
                self.flow = outer;
            }
            return self.mark("end of condition".to_owned());
        }
        let what = collapse(self.take_to(">")).to_lowercase();
        if what.starts_with("<![") || what.starts_with("<!doctype") {
            self.mark(what);
        }
    }

    fn condition(&mut self) {
        let condition = collapse(self.take_to("]>").trim_start_matches("<!--")) + "]";
        let condition = condition.trim_matches(blank).to_owned();
        if self.rest.starts_with("<!--") {
            self.take_to("-->");
            return self.mark(format!("shown {condition}"));
        }
        if self.rest.starts_with("-->") {
            self.take(3);
            return self.mark(format!("shown {condition}"));
        }
        self.outer.get_or_insert(self.flow);
        self.flow = Flow::default();
        // A condition that ends where the same one begins again may as well go on.
        if self.out.last().is_some_and(|piece| piece == "end of condition") && self.ended() == Some(&condition) {
            self.out.pop();
            return;
        }
        self.mark(condition);
    }

    /// The condition that ended last.
    fn ended(&self) -> Option<&Piece> {
        self.out.iter().rev().find(|piece| piece.starts_with("[if"))
    }

    fn mark(&mut self, mark: String) {
        self.out.push(mark);
    }

    fn tag(&mut self) {
        let (name, attributes, slash) = tag(&mut self.rest);
        let closes = name.starts_with('/');
        let bare = name.trim_start_matches('/');
        if bare == "img" {
            let before = self.flow.inline && self.flow.space;
            if before {
                self.out.push("text ␣".to_owned());
            }
            self.flow = Flow { inline: true, space: false };
        } else if !INLINE.contains(&bare) {
            self.flow = Flow::default();
        }
        if bare == "pre" {
            self.preserved = if closes { self.preserved.saturating_sub(1) } else { self.preserved + 1 };
        }
        if closes {
            // A browser reads `</br>` as `<br>`; other void elements have no end.
            if bare == "br" {
                self.out.push("<br>".to_owned());
            } else if !VOID.contains(&bare) {
                self.out.push(format!("</{bare}>"));
            }
            return;
        }
        let slash = if slash && bare.contains(':') { " /" } else { "" };
        self.out.push(format!("<{name}{}{slash}>", shown(attributes)));
        if matches!(bare, "style" | "script" | "title") {
            let text = self.take(find_ignoring_case(self.rest, &format!("</{bare}")));
            match bare {
                "style" => self.out.extend(css_pieces(text)),
                _ => self
                    .out
                    .extend(Some(collapse(text)).filter(|text| !text.is_empty()).map(|text| format!("text {text}"))),
            }
        }
    }
}

/// Elements that stand in a line of text.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "input", "ins", "label", "mark", "q", "s",
    "small", "span", "strike", "strong", "sub", "sup", "u", "var",
];

const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

fn blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

fn collapse(text: &str) -> String {
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn find_ignoring_case(text: &str, what: &str) -> usize {
    let (bytes, what) = (text.as_bytes(), what.as_bytes());
    bytes.windows(what.len()).position(|window| window.eq_ignore_ascii_case(what)).unwrap_or(text.len())
}

/// Takes one tag: its name in lower case (with `/` where it closes), its attributes, and whether it closes itself.
fn tag<'a>(rest: &mut &'a str) -> (String, Vec<(String, &'a str)>, bool) {
    let text = *rest;
    let bytes = text.as_bytes();
    let until =
        |from: usize, stop: &dyn Fn(u8) -> bool| (from..bytes.len()).find(|at| stop(bytes[*at])).unwrap_or(bytes.len());
    let space = |b: u8| blank(b as char);
    let mut at = until(2, &|b| space(b) || b == b'>' || b == b'/');
    let name = text[1..at].to_ascii_lowercase();
    let mut attributes: Vec<(String, &str)> = Vec::new();
    let slash = loop {
        let start = until(at, &|b| !space(b) && b != b'/');
        if start >= bytes.len() || bytes[start] == b'>' {
            let slash = bytes[at..start].contains(&b'/');
            at = (start + 1).min(bytes.len());
            break slash;
        }
        at = until(start + 1, &|b| space(b) || matches!(b, b'=' | b'>' | b'/'));
        let key = text[start..at].to_ascii_lowercase();
        let equals = until(at, &|b| !space(b));
        let mut value = "";
        if bytes.get(equals) == Some(&b'=') {
            let from = until(equals + 1, &|b| !space(b));
            match bytes.get(from) {
                Some(&quote @ (b'"' | b'\'')) => {
                    let end = until(from + 1, &|b| b == quote);
                    value = &text[(from + 1).min(end)..end];
                    at = (end + 1).min(bytes.len());
                }
                _ => {
                    let end = until(from, &|b| space(b) || b == b'>');
                    value = &text[from..end];
                    at = end;
                }
            }
        }
        if attributes.iter().all(|(known, _)| *known != key) {
            attributes.push((key, value));
        }
    };
    *rest = &text[at..];
    (name, attributes, slash)
}

/// Attributes in the order of their names, each as it works.
fn shown(mut attributes: Vec<(String, &str)>) -> String {
    attributes.sort();
    let mut out = String::new();
    for (name, value) in attributes {
        let value = collapse(&entities(value));
        let value = match name.as_str() {
            "style" => declarations(&value),
            "class" => {
                let mut classes: Vec<&str> = value.split(' ').collect();
                classes.sort_unstable();
                classes.dedup();
                classes.join(" ")
            }
            _ => value,
        };
        // An empty style or class does nothing.
        if !(value.is_empty() && matches!(name.as_str(), "style" | "class")) {
            out += &format!(" {name}={value:?}");
        }
    }
    out
}

/// Declarations by name; those of one family keep their order where one of them sets the whole family.
fn declarations(style: &str) -> String {
    let mut all: Vec<(String, String)> = split_css(style)
        .filter(|declaration| !declaration.trim().is_empty())
        .map(|declaration| match declaration.split_once(':') {
            Some((name, value)) => (name.trim().to_ascii_lowercase(), css(value)),
            None => (declaration.trim().to_owned(), String::new()),
        })
        .collect();
    let whole: Vec<String> = all.iter().map(|(name, _)| name.clone()).filter(|name| !name.contains('-')).collect();
    let key = |name: &String| {
        let family = name.split('-').next().unwrap_or_default();
        if whole.iter().any(|known| known == family) { family.to_owned() } else { name.clone() }
    };
    all.sort_by_key(|(name, _)| key(name));
    all.iter().map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join(";")
}

/// Splits at semicolons outside of strings and brackets.
fn split_css(text: &str) -> impl Iterator<Item = &str> {
    let (mut quote, mut depth) = (None, 0_i32);
    text.split(move |c| {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ';') => return depth <= 0,
            _ => {}
        }
        false
    })
}

/// A style sheet, cut after each brace and semicolon.
fn css_pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut part = String::new();
    for c in css(text).chars() {
        part.push(c);
        if matches!(c, '{' | '}' | ';') {
            out.push(format!("css {}", std::mem::take(&mut part)));
        }
    }
    if !part.is_empty() {
        out.push(format!("css {part}"));
    }
    out
}

/// CSS without comments and without the white space that says nothing.
fn css(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        bare += before;
        bare.push(' ');
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare += rest;
    let mut out = String::new();
    let (mut quote, mut space) = (None, false);
    for c in bare.chars() {
        if let Some(open) = quote {
            out.push(c);
            quote = quote.filter(|_| open != c);
            continue;
        }
        if blank(c) {
            space = true;
            continue;
        }
        let tight = matches!(c, '{' | '}' | ';' | ',' | '>' | ')' | '!')
            || matches!(out.chars().last(), None | Some('{' | '}' | ';' | ',' | '>' | ':' | '(' | '!'));
        if space && !tight {
            out.push(' ');
        }
        space = false;
        if c == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push(c);
        if c == '"' || c == '\'' {
            quote = Some(c);
        }
    }
    out
}

/// Character references that write one and the same character differently.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        rest = &rest[at..];
        let decoded = rest[1..].split_once(';').and_then(|(name, after)| {
            let number = |digits: &str, base| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => '\u{a0}',
                _ => match name.strip_prefix('#')? {
                    hex if hex.starts_with(['x', 'X']) => number(&hex[1..], 16)?,
                    decimal => number(decimal, 10)?,
                },
            };
            Some((c, after))
        });
        match decoded {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Numbers the carousels, which MJML names at random.
fn same_carousels(html: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (end, _) in html.match_indices("-icons-cell") {
        let Some((_, name)) = html[..end].rsplit_once("mj-carousel-") else { continue };
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !names.contains(&name) {
            names.push(name);
        }
    }
    let mut out = html.to_owned();
    for (number, name) in names.iter().enumerate() {
        out = out.replace(&format!("mj-carousel-{name}-"), &format!("mj-carousel-№{number}-"));
        out = out.replace(&format!("mj-carousel-radio-{name}\""), &format!("mj-carousel-radio-№{number}\""));
    }
    out
}

/// Numbers the menus' checkboxes and their labels.
fn same_menus(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let attribute = |piece: &str, name: &str| {
        let (_, rest) = piece.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let mut names: HashMap<String, usize> = HashMap::new();
    for piece in pieces.iter().filter(|piece| piece.contains("mj-menu-checkbox")) {
        if let Some(id) = attribute(piece, "id") {
            let number = names.len();
            names.entry(id).or_insert(number);
        }
    }
    for piece in pieces.iter_mut().filter(|piece| piece.starts_with('<')) {
        for name in ["id", "for"] {
            let Some(value) = attribute(piece, name) else { continue };
            if let Some(number) = names.get(&value) {
                *piece = piece.replace(&format!(" {name}=\"{value}\""), &format!(" {name}=\"№{number}\""));
            }
        }
    }
    pieces
}

/// Elements before which a paragraph ends by itself.
const BLOCKS: [&str; 21] = [
    "address",
    "article",
    "blockquote",
    "div",
    "dl",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];

/// Leaves out `</p>` and `</li>` where the next tag ends the element anyway.
fn without_implied_ends(pieces: Vec<Piece>) -> Vec<Piece> {
    let implied = |piece: &str, next: Option<&Piece>| {
        let Some(next) = next.and_then(|next| next.strip_prefix('<')) else { return false };
        let name = next.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default();
        let closes = next.starts_with('/');
        match piece {
            "</p>" if closes => !INLINE.contains(&name) && name != "p",
            "</p>" => BLOCKS.contains(&name),
            "</li>" if closes => matches!(name, "ul" | "ol"),
            "</li>" => name == "li",
            _ => false,
        }
    };
    let kept: Vec<bool> = (0..pieces.len()).map(|at| !implied(&pieces[at], pieces.get(at + 1))).collect();
    pieces.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(piece, _)| piece).collect()
}

#[test]
fn what_does_not_show_is_equal() {
    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(pieces(a), pieces(b));
    }
    same("<p class='b a' id=x>a  b\n</p>", "<P id=\"x\" class=\"a b\"> a b</P >");
    same("<td style=\"color:red; margin:0 ;\"><br/></td>", "<td style='margin:0;color: red'><br></td>");
    same("<!-- a --><div> <p>x</p> </div>", "<div><p>x</p></div>");
    same("<a title='&quot;&#169;'></a>", "<a title='\"©' style=''></a>");
    same("a <b>b</b>", "a<b> b</b>");
    same("<style>a , b { c : d ; }</style>", "<style>a,b{c :d}</style>");
    same("<ul><li>a<li>b</ul><div><p>c<p>d</div>", "<ul><li>a</li><li>b</li></ul><div><p>c</p><p>d</p></div>");
    same("<img alt>", "<img alt=''/>");
    same("<br>", "</br>");
    same("<!--[if mso]><td><![endif]--> <!--[if mso]></td><![endif]-->", "<!--[if mso]><td></td><![endif]-->");
    same(
        "<style>.mj-carousel-f0-icons-cell{}</style><label for=\"mj-carousel-f0-radio-1\">",
        "<style>.mj-carousel-1-icons-cell{}</style><label for=\"mj-carousel-1-radio-1\">",
    );
    same(
        "<input id='ab' class='mj-menu-checkbox'><label for='ab'></label>",
        "<input class='mj-menu-checkbox' id='1'><label for='1'></label>",
    );
}

#[test]
fn what_shows_is_not_equal() {
    #[track_caller]
    fn differ(a: &str, b: &str) {
        assert_ne!(pieces(a), pieces(b));
    }
    differ("a <b>b</b>", "a<b>b</b>");
    differ("<a>x</a> <!--[if mso]><td><![endif]--><a>y</a>", "<a>x</a><!--[if mso]><td><![endif]--><a>y</a>");
    differ("<p>a\u{a0}</p>", "<p>a</p>");
    differ("<p style='padding:0;padding-left:1px'>", "<p style='padding-left:1px;padding:0'>");
    differ("<p style='color:red;color:blue'>", "<p style='color:blue;color:red'>");
    differ("<p style='margin:0'>", "<p style='margin:0px'>");
    differ("<td bgcolor=#FFF>", "<td bgcolor=#fff>");
    differ("<!--[if mso | IE]><td><![endif]-->", "<!--[if mso]><td><![endif]-->");
    differ("<!--[if mso]><td align=left><![endif]-->", "<!--[if mso]><td><![endif]-->");
    differ("<style>a{b:c}d{e:f}</style>", "<style>d{e:f}a{b:c}</style>");
    differ("<style>a :hover{}</style>", "<style>a:hover{}</style>");
    differ("<!--[if !mso]><!--><p><!--<![endif]-->", "<p>");
    differ("<pre>a  b</pre>", "<pre>a b</pre>");
    differ("<p>a</p>b", "<p>a b");
    differ("<td>a</td><td>b", "<td>a<td>b");
    differ("3 < 4", "3 4");
}
