use super::*;
use crate::edition::Edition;

/// Rows of a message that comes from nowhere in particular.
fn lint(octets: &[u8], own_words: &str) -> Vec<Row> {
    let mut origin = Origin::default();
    origin.words = own_words.to_owned();
    super::lint(octets, &origin)
}

const TOKEN: &str = "https://news.harbour.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz012345";

const HEADER: &str = "From: Harbour Notes <notes@harbour.example>\n\
To: Ann <ann@reader.example>\n\
Subject: The lights come on\n\
Date: Sun, 22 Nov 2026 07:30:00 +0000\n\
Message-ID: <abc.1@harbour.example>\n\
MIME-Version: 1.0\n\
List-Unsubscribe: <https://news.harbour.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz012345>\n\
List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
List-Id: Harbour Weekly <weekly.harbour.example>\n\
List-Archive: <https://news.harbour.example/archive/>\n\
List-Help: <mailto:notes@harbour.example>\n\
Feedback-ID: 12:weekly:digest:harbour\n\
Precedence: bulk\n\
X-Auto-Response-Suppress: All\n\
Content-Type: multipart/alternative; boundary=\"b\"\n";

const TEXT: &str = "The lights come on\n\nThe old lamps are lit again, one by one.\n\n\
[1] Read on: https://harbour.example/a\n\n\
Unsubscribe: https://news.harbour.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz012345\n";

const HTML: &str = "<!doctype html><html lang=\"en\" dir=\"ltr\"><head><title>The lights come on</title>\
<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
<meta name=\"supported-color-schemes\" content=\"light dark\">\n\
<style>@media (prefers-color-scheme: dark) { p { color: #fff !important } }</style><!--[if mso]><b></b><![endif]--></head>\n\
<body><div style=\"display:none;color:#ffffff\">The old lamps are lit again, and who lights them</div>\n\
<table role=\"presentation\"><tr><td><h1>The lights come on</h1>\n\
<img src=\"https://harbour.example/a.jpg\" alt=\"A lamp\" width=\"552\">\n\
<p style=\"color:#222222;font-size:16px\">The old lamps are lit again, one by one.</p>\n\
<a href=\"https://harbour.example/a\">Read on</a>\n\
<a href=\"https://news.harbour.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz012345\">Unsubscribe</a>\n\
</td></tr></table></body></html>\n";

fn message(header: &str, text: &str, html: &str) -> Vec<u8> {
    let part = |kind: &str, body: &str| {
        format!("--b\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n{body}\n")
    };
    let whole = format!("{header}\n{}{}--b--\n", part("text/plain", text), part("text/html", html));
    whole.replace('\n', "\r\n").into_bytes()
}

/// Breaks the good message in one way; exactly the named rule may fail, with words that say so.
#[track_caller]
fn check(rule: &str, level: Level, says: &str, octets: &[u8]) {
    let rows = lint(octets, "");
    let bad: Vec<&Row> = rows.iter().filter(|row| row.level != Level::Ok).collect();
    assert!(bad.iter().all(|row| row.rule == rule), "{bad:#?}");
    let told = bad.iter().any(|row| row.level == level && row.diagnostic.message.contains(says));
    assert!(told, "{bad:#?}");
}

#[track_caller]
fn header(rule: &str, level: Level, says: &str, from: &str, to: &str) {
    assert!(HEADER.contains(from));
    check(rule, level, says, &message(&HEADER.replace(from, to), TEXT, HTML));
}

#[track_caller]
fn html(rule: &str, level: Level, says: &str, from: &str, to: &str) {
    assert!(HTML.contains(from));
    check(rule, level, says, &message(HEADER, TEXT, &HTML.replacen(from, to, 1)));
}

#[track_caller]
fn text(rule: &str, level: Level, says: &str, from: &str, to: &str) {
    assert!(TEXT.contains(from));
    check(rule, level, says, &message(HEADER, &TEXT.replacen(from, to, 1), HTML));
}

#[test]
fn a_wide_letter_counts_twice_in_the_preheader() {
    let page =
        HTML.replacen("The old lamps are lit again, and who lights them", "灯台に古いランプが帰ってきた知らせです", 1);
    let rows = lint(&message(HEADER, TEXT, &page), "");
    assert!(rows.iter().all(|row| row.rule != "X1" || row.level == Level::Ok), "{rows:?}");
}

#[test]
fn a_good_message_passes_every_rule() {
    let rows = lint(&message(HEADER, TEXT, HTML), "");
    assert!(rows.iter().all(|row| row.level == Level::Ok), "{rows:#?}");
    assert_eq!(rows.len(), RULES.len());
    assert!(!refuses(&rows));
}

#[test]
fn headers_that_are_wrong_are_found() {
    use Level::{Error, Warning};
    header("H1", Error, "no Subject", "Subject: The lights come on\n", "");
    header("H1", Error, "Date is there 2", "MIME-Version", "Date: Sun, 22 Nov 2026 07:30:00 +0000\nMIME-Version");
    header("H1", Error, "Bcc", "MIME-Version", "Bcc: x@y.example\nMIME-Version");
    header("H1", Error, "one recipient", "<ann@reader.example>", "<ann@reader.example>, b@reader.example");
    header("H4", Error, "domain", "abc.1@harbour.example", "abc.1@other.example");
    header("H4", Error, "form", "<abc.1@harbour.example>", "abc.1");
    header("L1", Error, "One-Click", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", "");
    header("L7", Error, "no List-Id", "List-Id: Harbour Weekly <weekly.harbour.example>\n", "");
    header("L7", Error, "form", "<weekly.harbour.example>", "weekly");
    header("L8", Warning, "Feedback-ID", "12:weekly:digest:harbour", "12");
    header("L8", Warning, "Precedence", "Precedence: bulk\n", "");
    header("L8", Warning, "Archive", "List-Archive: <https://news.harbour.example/archive/>\n", "");
    header("L8", Warning, "Help", "List-Help: <mailto:notes@harbour.example>\n", "");
    header("H1", Error, "says nothing", "Subject: The lights come on", "Subject:");
    header("F1", Error, "ASCII", "Subject: The", "Subject: Thé");
    header("F1", Error, "encoded word", "The lights come on", &format!("=?utf-8?B?{}?=", "QUFB".repeat(20)));
    header("F1", Error, "998", "The lights come on", &"a".repeat(1000));
}

#[test]
fn unsubscribing_must_be_possible_and_tell_nothing() {
    let none = HEADER.replace("List-Unsubscribe:", "X-Nothing:");
    let rows = lint(&message(&none, TEXT, HTML), "");
    assert!(refuses(&rows) && rows.iter().any(|row| row.rule == "L1" && row.level == Level::Error));
    for (token, says) in [
        ("https://news.harbour.example/u/short", "too short"),
        ("https://news.harbour.example/ann@reader.example/AbCdEfGhIjKlMnOpQrStUvWx", "address"),
    ] {
        let octets = message(&HEADER.replace(TOKEN, token), &TEXT.replace(TOKEN, token), &HTML.replace(TOKEN, token));
        check("L1", Level::Error, says, &octets);
    }
}

#[test]
fn parts_that_are_wrong_are_found() {
    use Level::Error;
    let good = String::from_utf8(message(HEADER, TEXT, HTML)).unwrap();
    check("F1", Error, "without CR LF", good.replacen("one by one.\r\n", "one by one.\n", 1).as_bytes());
    check("M1", Error, "UTF-8", good.replacen("charset=utf-8", "charset=latin1", 1).as_bytes());
    check("M1", Error, "alternative", good.replace("multipart/alternative", "multipart/mixed").as_bytes());
    check("M1", Error, "8bit", good.replacen("Encoding: 7bit", "Encoding: 8bit", 1).as_bytes());
    text("T1", Error, "link", "https://harbour.example/a", "x");
    text("T1", Error, "entity", "lamps", "lamps&nbsp;");
    text("T1", Error, "markup", "lamps", "<b>lamps</b>");
    let thin = format!("https://harbour.example/a {TOKEN}\n");
    check("T1", Error, "%", &message(HEADER, &thin, HTML));
    text("R1", Error, "template", "lamps", "lamps {{ x }}");
    text("R1", Error, "None", "lamps", "lamps None");
    html("R1", Error, "Some(", "one by one.", "one by one. Some(1)");
    html("R1", Error, "not filled", "one by one.", &format!("one by one. slot-{}-name", "0a".repeat(16)));
    text("K1", Error, "text part", TOKEN, "gone");
}

#[test]
fn own_words_are_no_residue() {
    let octets = message(HEADER, &TEXT.replace("lamps", "{{ lamps }} None <b> &amp;"), HTML);
    assert!(lint(&octets, "{{ lamps }} None <b> &amp;").iter().all(|row| row.level == Level::Ok));
}

#[test]
fn pages_that_are_wrong_are_found() {
    use Level::{Error, Warning};
    html("S1", Error, "102 KB", "</body>", &format!("{}</body>", "<!-- some words of filling -->\n".repeat(3600)));
    html("S1", Warning, "80 KB", "</body>", &format!("{}</body>", "<!-- some words of filling -->\n".repeat(2800)));
    html("X1", Error, "language", "lang=\"en\"", "lang=\"und\"");
    html("X1", Error, "title", "<title>The lights come on</title>", "");
    html("X1", Warning, "direction", " dir=\"ltr\"", "");
    html("X1", Warning, "preheader", "The old lamps are lit again, and who lights them", "Short");
    html("X1", Warning, "dark", "prefers-color-scheme", "print");
    html("X11", Error, "<script>", "<h1>", "<script></script><h1>");
    html("X11", Error, "onclick", "<h1>", "<h1 onclick=\"x()\">");
    html("X11", Error, "position", "<h1>", "<h1 style=\"position: fixed\">");
    html("X11", Error, "<input>", "<h1>", "<input type=\"text\"><h1>");
    html("X11", Error, "<form>", "<h1>", "<form></form><h1>");
    html("K1", Error, "no address", "<h1>", "<a href=\"\">x</a><h1>");
    html("K1", Error, "no words", "Read on", "");
    html("I1", Error, "alt", "alt=\"A lamp\"", "");
    html("I1", Error, "width", "width=\"552\"", "");
    html("I1", Error, "https", "https://harbour.example/a.jpg", "http://harbour.example/a.jpg");
    html("I1", Error, "not in the mail", "https://harbour.example/a.jpg", "cid:a@harbour.example");
    html("A1", Error, "id", "<h1>", "<i id=\"a\"></i><i id=\"a\"></i><h1>");
    html("A1", Error, "contrast of #bbbbbb on #ffffff is 1.9;", "#222222", "#bbbbbb");
    html(
        "A1",
        Error,
        "contrast of #9e9eff on #dddddd is 1.7 in dark mode",
        "p { color: #fff !important }",
        "body { background: #dddddd } p { color: #111 !important }",
    );
    html("A1", Warning, "px", "16px", "9px");
    html("A1", Warning, "presentation", " role=\"presentation\"", "");
    html("A1", Warning, "heading", "<h1>The lights come on</h1>", "<h3>The lights come on</h3>");
}

#[test]
fn a_link_to_unsubscribe_that_nobody_sees_is_found() {
    let rows = |css: &str, start: &str, end: &str| {
        let link = format!("<a href=\"{TOKEN}\">Unsubscribe</a>");
        let page = HTML.replace(&link, &format!("{start}{link}{end}")).replace("<style>", &format!("<style>{css} "));
        assert_ne!(page, HTML);
        lint(&message(HEADER, TEXT, &page), "")
    };
    let is_found = |css: &str, start: &str| {
        let rows = rows(css, start, "</p>");
        rows.iter().any(|row| {
            row.rule == "K1" && row.level == Level::Error && row.diagnostic.message.contains("cannot be seen")
        })
    };
    for css in ["display: none", "visibility: hidden", "font-size: 0", "opacity: 0", "max-height: 0; overflow: hidden"]
    {
        assert!(is_found(&format!(".gone {{ {css} }}"), "<p class=\"gone\">"), "{css}");
        assert!(is_found("", &format!("<p style=\"{css}\">")), "{css}");
    }
    for css in ["display: block", "opacity: 0.9", "max-height: 0", "font-size: 13px"] {
        assert!(!is_found(&format!(".gone {{ {css} }}"), "<p class=\"gone\">"), "{css}");
    }
    assert!(!is_found(".gone { visibility: hidden } .gone a { visibility: visible }", "<p class=\"gone\">"));
}

#[test]
fn a_page_that_shows_nothing_is_found() {
    let page = HTML.replace("<style>", "<style>table { display: none } ");
    let rows = lint(&message(HEADER, TEXT, &page), "");
    assert!(rows.iter().any(|row| row.rule == "T1" && row.diagnostic.message.contains("shows no words")), "{rows:#?}");
}

#[test]
fn pictures_behind_words_are_judged_too() {
    for ground in [
        "<table role=\"presentation\" background=\"http://harbour.example/b.png\"><tr><td></td></tr></table><h1>",
        "<p style=\"background-image: url('http://harbour.example/b.png')\"></p><h1>",
        "<style>.x { background: #fff url(http://harbour.example/b.png) }</style><h1>",
    ] {
        html("I1", Level::Error, "behind words", "<h1>", ground);
    }
}

#[test]
fn pictures_and_what_the_page_shows_go_together() {
    let with_picture = |html: &str| {
        let picture = "--b\r\nContent-Type: image/png\r\nContent-ID: <a@harbour.example>\r\n\r\nx\r\n--b--\r\n";
        String::from_utf8(message(HEADER, TEXT, html)).unwrap().replace("--b--\r\n", picture).into_bytes()
    };
    check("I1", Level::Error, "does not show", &with_picture(HTML));
    let rows = lint(&with_picture(&HTML.replace("https://harbour.example/a.jpg", "cid:a@harbour.example")), "");
    assert!(rows.iter().all(|row| row.level == Level::Ok), "{rows:#?}");
}

#[test]
fn links_that_lead_nowhere_are_found() {
    for href in [
        "a.html",
        "http://localhost/x",
        "http://10.0.0.1/",
        "http://[::1]/",
        "javascript:x()",
        "https://a.example/b%20c d",
    ] {
        let says = "address";
        let octets = message(
            HEADER,
            &TEXT.replace("https://harbour.example/a", href),
            &HTML.replace("\"https://harbour.example/a\"", &format!("\"{href}\"")),
        );
        check("K1", Level::Error, says, &octets);
    }
}

#[test]
fn any_octets_are_judged() {
    for octets in [&b""[..], b"\r\n\r\n", b"a", &[0xff; 300], b"Content-Type: multipart/alternative\r\n\r\n--x"] {
        assert!(refuses(&lint(octets, "")));
    }
}

/// An edition with every kind of post, the first under `title`, in `language` and `accent`.
fn edition(language: &str, accent: &str, title: &str) -> Edition {
    let post = |title: &str, teaser: &str| {
        serde_json::json!({
            "post": {
                "id": title, "source": "blog", "url": "https://harbour.example/a?b=1&c=2", "title": title,
                "authors": ["Jane Doe", "O'Neil \\ \"Q\""], "published": "2025-01-09T08:00:00Z", "updated": null, "tags": [],
                "language": null, "description": null, "teaser": null, "body": "", "weight": null, "draft": false,
                "image": {"url": "https://harbour.example/a.jpg", "alt": null, "width": 1200, "height": 600}
            },
            "teaser": {"text": teaser, "from": "lead"}
        })
    };
    let edition = serde_json::json!({
        "id": "07".repeat(16), "digest": "weekly", "number": 3, "date": "2026-11-22T07:30:00Z",
        "publication": {"name": "Harbour Notes", "from": "Harbour Notes <notes@harbour.example>", "timezone": "Europe/Lisbon", "address": "1 Quay Street"},
        "title": "Harbour Weekly", "subject": "{{ title }}", "preheader": "{{ posts | map(attribute='title') | join(sep=', ') }}",
        "template": "classic", "language": language, "intro": "Dear *reader*, see [this](https://harbour.example/this).", "image": "link",
        "theme": {"accent": accent}, "texts": {}, "has_unsubscribe": true,
        "posts": [
            post(title, "Old lamps are lit again, one by one."),
            post("港の灯りと夜の市場", "日が暮れると、岸壁に屋台が並び、魚を焼く煙が灯りの下を流れていく。"),
            post("ميناء المدينة القديم", "يحكي الصيادون قصة الميناء."),
            post(&"x".repeat(2000), ""),
        ]
    });
    serde_json::from_value(edition).unwrap()
}

/// The rows that do not hold, of a message that carries the rendered parts.
fn bad_rows(edition: &Edition, origin: &Origin) -> Vec<Row> {
    let parts = crate::render::render(edition, &crate::render::Templates::built_in()).unwrap();
    let fill = |text: &str| text.replace(&format!("slot-{}-unsubscribe", "07".repeat(16)), TOKEN);
    let octets = message(HEADER, &fill(&parts.text), &fill(&parts.html));
    // Line lengths are the business of the transfer encoding, which this message does without.
    super::lint(&octets, origin).into_iter().filter(|row| row.level != Level::Ok && row.rule != "F1").collect()
}

#[test]
fn the_classic_template_keeps_every_rule() {
    for language in ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "zh", "ar"] {
        for accent in ["#ffee00", "#1f6f8b", "#000000", "#ffffff"] {
            let edition = edition(language, accent, "The lights come on & off");
            let bad = bad_rows(&edition, &Origin::of(&edition));
            assert!(bad.is_empty(), "{language} {accent} {bad:#?}");
        }
    }
}

#[test]
fn a_post_may_speak_of_templates() {
    let edition = edition("en", "#1f6f8b", "{{ get_env(name=\"HOME\") }} <b> Some( &amp; None <mj-text>");
    assert_eq!(bad_rows(&edition, &Origin::of(&edition)), []);
    assert!(!bad_rows(&edition, &Origin::default()).is_empty());
}

proptest::proptest! {
    #[test]
    fn no_octets_are_too_strange(octets: Vec<u8>, body in "[<>a-z\"'=/ :;#\r\n]{0,200}") {
        lint(&octets, "");
        lint(&message(HEADER, &body, &body), "");
    }
}
