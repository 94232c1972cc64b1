//! What `check` says: nothing of a good edition, one thing of an edition that is broken in one way.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;

use crate::{
    project::Project,
    resume::project,
    world::{
        sink::SmtpSink,
        web::{Answer, Web},
    },
};

/// One way to break the good edition, and what is said of it.
struct Fault {
    /// In this file, the first of the two gives way to the second; without the first, the file is written anew.
    file: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    level: &'static str,
    says: &'static str,
    /// A part of where it is.
    place: &'static str,
}

/// What, where in the file, how bad.
const fn fault(
    rule: &'static str,
    level: &'static str,
    (file, from, to): (&'static str, &'static str, &'static str),
    says: &'static str,
    place: &'static str,
) -> Fault {
    Fault { file, from, to, rule, level, says, place }
}

const CONFIG: &str = "tidings.toml";
const PAGE: &str = "templates/own.mjml";
const TEXT: &str = "templates/own.txt";
const LAMP: &str = "posts/lamp.md";
const PUBLIC: &str = "public_url = \"https://news.harbour.example\"";
const SUBJECT: &str = "subject = \"{{ posts[0].title }}\"";
const MAIL: &str = "url = \"file:outbox\"";
const TOP: &str = "<h1>{{ title }}</h1>";
const LEAVE: &str = "{% if unsubscribe_url %}<p><a href=\"{{ unsubscribe_url }}\" style=\"color:#205081\">{{ texts.unsubscribe }}</a></p>{% endif %}";

const FAULTS: &[Fault] = &[
    // The config.
    fault("L1", "error", (CONFIG, PUBLIC, ""), "no `web.public_url`", "tidings.toml:"),
    fault("L1", "error", (CONFIG, "https://news.", "http://news."), "not https", "tidings.toml:30:14"),
    fault("K1", "error", (CONFIG, "https://news.harbour.example", "https://localhost"), "private network", ""),
    fault(
        "P1",
        "warning",
        (CONFIG, "domain = \"harbour.example\"", "domain = \"relay.example\""),
        "no `[[dkim]]`",
        "tidings.toml:24:1",
    ),
    fault(
        "P1",
        "error",
        (
            CONFIG,
            "\n\n[[dkim]]\ndomain = \"harbour.",
            "\nreturn_path = \"bounce@relay.example\"\n\n[[dkim]]\ndomain = \"relay.",
        ),
        "neither the return path",
        "tidings.toml:23:15",
    ),
    fault(
        "E7",
        "warning",
        (CONFIG, MAIL, "url = \"smtp://mail.harbour.example\"\ntls = \"none\""),
        "in clear",
        "tidings.toml:23:7",
    ),
    fault(
        "smtp",
        "error",
        (CONFIG, MAIL, "url = \"smtp://mail.harbour.example\"\nusername = \"x\""),
        "no password",
        "tidings.toml:23:12",
    ),
    fault(
        "template",
        "error",
        (CONFIG, "template = \"own\"", "template = \"nosuch\""),
        "no template `nosuch",
        "tidings.toml:16:12",
    ),
    fault(
        "template",
        "error",
        (CONFIG, SUBJECT, "subject = \"{{ posts[0].titel }}\""),
        "variable that is undefined",
        "tidings.toml:14:11",
    ),
    fault(
        "template",
        "error",
        (CONFIG, "Good morning", "{{ good }} morning"),
        "`good` is not defined",
        "tidings.toml:17:9",
    ),
    fault(
        "layout",
        "warning",
        (CONFIG, "accent = \"#1f6f8b\"", "ink = \"#cccccc\""),
        "theme.ink",
        "tidings.toml:18:17",
    ),
    fault(
        "audience",
        "warning",
        (CONFIG, "template = \"own\"", "template = \"own\"\naudience = { any = [\"none\"] }"),
        "goes to nobody",
        "tidings.toml:17:12",
    ),
    fault("subscribers", "warning", ("subscribers.csv", "ben@readers.example", "ben@"), "ben@", "subscribers.csv:3"),
    fault("H1", "error", (CONFIG, SUBJECT, "subject = \"{{ '' }}\""), "subject says nothing", "tidings.toml:14:1"),
    fault("W1", "warning", (CONFIG, SUBJECT, "subject = \"THE LAMP IS BACK AGAIN\""), "capitals", "tidings.toml:14:1"),
    fault("W1", "warning", (CONFIG, SUBJECT, "subject = \"The lamp is back!!!\""), "`!!`", "tidings.toml:14:1"),
    fault("W1", "warning", (CONFIG, SUBJECT, "subject = \"RE: the lamp\""), "an answer", "tidings.toml:14:1"),
    fault(
        "W1",
        "warning",
        (CONFIG, SUBJECT, "subject = \"The lamp is back, act now\""),
        "act now",
        "tidings.toml:14:1",
    ),
    fault("W1", "warning", (CONFIG, "Good morning", "100% free. Good morning"), "100% free", "tidings.toml:17:10"),
    fault(
        "X1",
        "warning",
        (CONFIG, "News of lamps, of ferries and of one seal that sleeps on the slipway", "News"),
        "preheader",
        "tidings.toml:15:1",
    ),
    fault(
        "K1",
        "error",
        (CONFIG, "https://harbour.example/who", "http://10.0.0.1/who"),
        "private network",
        "tidings.toml:17:55",
    ),
    fault(
        "C1",
        "warning",
        (PAGE, "border-radius: 6px", "display: flex"),
        "`display: flex` is not shown by Outlook for Windows",
        "own.mjml:10:",
    ),
    // Posts.
    fault(
        "source",
        "warning",
        (LAMP, "image: lamp.png", "image: http://8.8.8.8/lamp.png"),
        "does not begin with https",
        "notes: http://8.8.8.8/lamp.png",
    ),
    fault(
        "K1",
        "error",
        ("posts/ferry.md", "date:", "url: http://localhost/ferry\ndate:"),
        "private network",
        "“A ferry on Sundays” in posts: ",
    ),
    fault(
        "source",
        "warning",
        ("posts/ferry.md", "title: A ferry on Sundays", "title: [A ferry"),
        "",
        "notes: posts/ferry.md:",
    ),
    fault(
        "source",
        "warning",
        ("posts/ferry.md", "date: 2025-05-29", "date: someday"),
        "no date",
        "notes: posts/ferry.md",
    ),
    fault(
        "teaser",
        "warning",
        (
            "posts/seal.md",
            "Nobody may wake it, says the harbour office, and so the boats wait until it has slept enough.",
            "",
        ),
        "no teaser",
        "posts/seal.md",
    ),
    fault("W1", "warning", (LAMP, "The old lamp is back\n", "THE OLD LAMP IS BACK\n"), "capitals", "posts/lamp.md"),
    // The template of the page.
    fault("X1", "error", (PAGE, " lang=\"{{ lang }}\"", " lang=\"und\""), "language", "own.mjml:1:1"),
    fault("X1", "error", (PAGE, "<mj-title>{{ subject }}</mj-title>", ""), "no title", "own.mjml:2:"),
    fault(
        "X1",
        "warning",
        (PAGE, "<meta name=\"color-scheme\" content=\"light dark\" />", ""),
        "no color-scheme",
        "own.mjml:2:3",
    ),
    fault(
        "X1",
        "warning",
        (PAGE, "<meta name=\"supported-color-schemes\" content=\"light dark\" />", ""),
        "no supported-color-schemes",
        "own.mjml:2:3",
    ),
    fault("X1", "warning", (PAGE, "@media (prefers-color-scheme: dark)", "@media print"), "dark mode", "own.mjml:2:3"),
    fault("X1", "warning", (PAGE, "width=\"600px\"", "width=\"900px\""), "900 px wide", "own.mjml:"),
    fault("X11", "error", (PAGE, TOP, "<h1>{{ title }}</h1><script>x()</script>"), "`<script>`", "own.mjml:"),
    fault("X11", "error", (PAGE, TOP, "<h1>{{ title }}</h1><form></form>"), "`<form>`", "own.mjml:"),
    fault("X11", "error", (PAGE, TOP, "<h1>{{ title }}</h1><iframe></iframe>"), "`<iframe>`", "own.mjml:"),
    fault("X11", "error", (PAGE, TOP, "<h1>{{ title }}</h1><svg></svg>"), "`<svg>`", "own.mjml:"),
    fault("X11", "error", (PAGE, TOP, "<h1 onclick=\"x()\">{{ title }}</h1>"), "`onclick`", "own.mjml:"),
    fault(
        "X11",
        "error",
        (PAGE, TOP, "<h1 style=\"position:absolute\">{{ title }}</h1>"),
        "position: absolute",
        "own.mjml:",
    ),
    fault(
        "X11",
        "error",
        (PAGE, "<mj-raw>", "<mj-raw><meta http-equiv=\"refresh\" content=\"9\" />"),
        "by itself",
        "own.mjml:",
    ),
    fault("K1", "error", (PAGE, TOP, "<h1><a href=\"\">{{ title }}</a></h1>"), "no address", ""),
    fault(
        "K1",
        "error",
        (PAGE, TOP, "<h1>{{ title }} <a href=\"https://harbour.example/who\"></a></h1>"),
        "no words",
        "",
    ),
    fault("K1", "error", (PAGE, LEAVE, ""), "no link of the page unsubscribes", "text/html"),
    fault("K1", "error", (PAGE, "style=\"color:#205081\"", "style=\"display:none\""), "cannot be seen", "own.mjml:"),
    fault(
        "I1",
        "error",
        (PAGE, " alt=\"{{ post.image.alt }}\"", ""),
        "no `alt`",
        "“The old lamp is back” in posts/lamp.md",
    ),
    fault("I1", "error", (PAGE, " width=\"120\"", ""), "no width", "“The old lamp is back” in posts/lamp.md"),
    fault(
        "I1",
        "error",
        (PAGE, TOP, "<h1>{{ title }}</h1><img src=\"http://harbour.example/a.png\" alt=\"\" width=\"1\" />"),
        "not https",
        "own.mjml:",
    ),
    fault(
        "A1",
        "error",
        (PAGE, "color=\"#333333\"", "color=\"#bbbbbb\""),
        "contrast of #bbbbbb on #ffffff is 1.9;",
        "own.mjml:33:43",
    ),
    fault(
        "A1",
        "error",
        (PAGE, ".words a { color: #e8e8e8 !", ".words a { color: #333334 !"),
        "on #181818 is 1.4 in dark mode",
        "own.mjml:13:",
    ),
    fault(
        "A1",
        "error",
        (PAGE, ".words a { color: #e9e9e9 !", ".words a { color: #333334 !"),
        "on #181818 is 1.4 in outlook's dark mode",
        "own.mjml:16:",
    ),
    fault("A1", "warning", (PAGE, "font-size=\"14px\"", "font-size=\"9px\""), "9 px high", "own.mjml:33:52"),
    fault(
        "A1",
        "warning",
        (PAGE, TOP, "<h1>{{ title }}</h1><h4>On</h4>"),
        "level 4 follows one of level 1",
        "own.mjml:",
    ),
    fault(
        "A1",
        "error",
        (PAGE, TOP, "<h1>{{ title }}</h1><i id=\"a7\"></i><i id=\"a7\"></i>"),
        "the id `a7`",
        "own.mjml:",
    ),
    fault(
        "A1",
        "warning",
        (PAGE, TOP, "<h1>{{ title }}</h1><table><tr><td>x</td></tr></table>"),
        "presentation",
        "own.mjml:",
    ),
    fault("R1", "error", (PAGE, TOP, "<h1>{{ title }}{% raw %}{{ x }}{% endraw %}</h1>"), "`{{`", "text/html"),
    fault("R1", "error", (PAGE, TOP, "<h1>{{ title }} Some(1)</h1>"), "`Some(`", "text/html"),
    fault("R1", "error", (PAGE, TOP, "<h1>{{ title }} {{ 'None' }}</h1>"), "`None`", "own.mjml:"),
    fault("R1", "error", (PAGE, TOP, "<h1>{{ title }} &amp;amp; more</h1>"), "`&amp;amp;`", "text/html"),
    fault(
        "C1",
        "warning",
        (PAGE, "<p>{{ post.teaser }}</p>", "<p style=\"display:grid\">{{ post.teaser }}</p>"),
        "`display: grid`",
        "own.mjml:",
    ),
    fault(
        "C1",
        "warning",
        (PAGE, "<p>{{ post.teaser }}</p>", "<p style=\"margin:var(--gap)\">{{ post.teaser }}</p>"),
        "`var()`",
        "own.mjml:",
    ),
    fault(
        "C1",
        "warning",
        (PAGE, "<p>{{ post.teaser }}</p>", "<p style=\"width:20rem\">{{ post.teaser }}</p>"),
        "unit `rem`",
        "own.mjml:",
    ),
    fault("template", "error", (PAGE, TOP, "<h1>{{ title </h1>"), "expected }}", "templates/own.mjml:23:24"),
    fault("template", "error", (PAGE, "</mj-column>", ""), "mj-column", "own.mjml:"),
    fault("template", "error", (PAGE, "<mj-column>", "<mj-column hight=\"3px\">"), "hight", "templates/own.mjml:21:18"),
    fault(
        "template",
        "error",
        (PAGE, TOP, "<h1>{{ title }}</h1></mj-text><mj-shape /><mj-text>"),
        "mj-shape",
        "templates/own.mjml:23:41",
    ),
    // The template of the text part.
    fault(
        "K1",
        "error",
        (TEXT, "{% if unsubscribe_url %}{{ texts.unsubscribe }}: {{ unsubscribe_url }}{% endif %}", ""),
        "no link of the text part",
        "text/plain",
    ),
    fault(
        "T1",
        "error",
        (TEXT, "{% if post.url %}{{ post.url }}{% endif %}", ""),
        "a link of the HTML is not in the text part",
        "in posts/",
    ),
    fault("T1", "error", (TEXT, "{{ post.title }}\n{{ post.teaser }}", ""), "% of what the HTML says", "text/plain"),
    fault("T1", "error", (TEXT, "{{ title }}", "<b>{{ title }}</b>"), "markup", "text/plain"),
    fault("T1", "error", (TEXT, "{{ title }}", "{{ title }} &nbsp;"), "an entity", "text/plain"),
];

/// The good edition, with a layout of its own, in three posts.
fn good() -> Project {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut project = Project::new();
    let files = [CONFIG, PAGE, TEXT, LAMP, "posts/lamp.png", "posts/ferry.md", "posts/seal.md", "subscribers.csv"];
    for file in files {
        project = project.file(file, std::fs::read(fixtures.join("check").join(file)).unwrap());
    }
    project = project.file("secrets/dkim.pem", std::fs::read(fixtures.join("dkim/rsa.pem")).unwrap());
    let only_ours = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(project.path("secrets/dkim.pem"), only_ours).unwrap();
    project
}

/// The rows that do not hold.
fn faults(rows: &Value) -> Vec<&Value> {
    rows["rows"].as_array().unwrap().iter().filter(|row| row["level"] != "ok").collect()
}

#[test]
fn a_good_edition_has_no_fault() {
    let project = good();
    let rows = project.run("check --strict --json").code(0).json();
    assert_eq!(faults(&rows), Vec::<&Value>::new());
    project.run("check").code(0).says("0 warnings, 0 errors");
}

#[test]
fn an_edition_broken_in_one_way_has_one_fault() {
    let (next, wrong) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(fault) = FAULTS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(what) = try_one(fault) {
                        wrong.lock().unwrap().push(what);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), FAULTS.len(), wrong.join("\n"));
}

/// Breaks the edition and says what of the answer is not as it should be.
fn try_one(fault: &Fault) -> Result<(), String> {
    let project = good();
    let text = project.read(fault.file);
    if !text.contains(fault.from) {
        return Err(format!("`{}` is not in {}", fault.from, fault.file));
    }
    project.write(fault.file, text.replacen(fault.from, fault.to, 1));
    let ran = project.run("check --json");
    let told =
        |what: &str| format!("{} {}: {what}: {:?}\n{}{}", fault.rule, fault.to, ran.code, ran.stdout, ran.stderr);
    let code = if fault.level == "error" { 65 } else { 0 };
    if ran.code != Some(code) {
        return Err(told("another exit code"));
    }
    let json = ran.json();
    let rows = faults(&json);
    let said = |row: &&Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let told = |what: &str| format!("{} {}: {what}: {rows:#?}", fault.rule, fault.to);
    if rows.is_empty() || rows.iter().any(|row| row["rule"] != fault.rule || row["level"] != fault.level) {
        return Err(told("other rows"));
    }
    if rows.iter().any(|row| said(row, "place").is_empty() || said(row, "hint").is_empty()) {
        return Err(told("no place or no hint"));
    }
    let fits = |row: &&Value| {
        let message = said(row, "message").to_lowercase();
        message.contains(&fault.says.to_lowercase()) && said(row, "place").contains(fault.place)
    };
    if !rows.iter().any(fits) {
        return Err(told("other words"));
    }
    let strict = project.run("check --strict").code;
    if strict == Some(65) { Ok(()) } else { Err(told("not strict")) }
}

#[test]
fn a_fault_that_two_digests_share_is_told_once_and_each_subject_where_it_stands() {
    let project = good();
    let config = project.read("tidings.toml");
    let second = "\n[digest.daily]\nsubject = \"THE LAMP IS BACK AGAIN\"\nschedule = \"daily 07:30\"\ntemplate = \"own\"\n\
                  preheader = \"News of lamps, of ferries and of one seal that sleeps on the slipway\"\n";
    project.write("tidings.toml", config + second);
    project.write(
        PAGE,
        project.read(PAGE).replacen("{{ texts.unsubscribe }}", "<i onclick=\"x()\">{{ texts.unsubscribe }}</i>", 1),
    );
    let rows = project.run("check --strict --json").code(65).json();
    let mut found = faults(&rows);
    found.sort_by_key(|row| row["rule"].as_str().unwrap().to_owned());
    let rules: Vec<&str> = found.iter().map(|row| row["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["W1", "X11"], "{found:#?}");
    let line = project.read("tidings.toml").lines().position(|line| line.contains("THE LAMP")).unwrap() + 1;
    assert_eq!(found[0]["place"], format!("tidings.toml:{line}:1"));
}

#[test]
fn a_subscribers_file_that_is_not_there_is_a_row() {
    let project = good();
    std::fs::remove_file(project.path("subscribers.csv")).unwrap();
    let rows = project.run("check --json").code(65).json();
    let found = faults(&rows);
    assert!(found.iter().any(|row| row["rule"] == "subscribers" && row["place"].as_str().unwrap().contains(".toml:")));
    assert!(found.iter().all(|row| ["subscribers", "audience"].contains(&row["rule"].as_str().unwrap())), "{found:#?}");
}

#[test]
fn domains_of_one_organization_are_aligned() {
    let project = good();
    let config = project.read("tidings.toml").replace("notes@harbour.example", "notes@news.harbour.example");
    let config = config.replace("[smtp]", "[smtp]\nreturn_path = \"b@bounce.harbour.example\"");
    project.write("tidings.toml", config);
    project.run("check --strict").code(0);
}

#[test]
fn the_page_may_grow_to_what_gmail_shows() {
    let project = good();
    let filled = |octets: usize| {
        let filling = (0..octets / 20).map(|n| format!("<b>word{n:07}</b>\n")).collect::<String>();
        let text: String = (0..octets / 20).map(|n| format!("word{n:07}\n")).collect();
        let fixtures = good();
        project.write(PAGE, fixtures.read(PAGE).replace(TOP, &format!("{TOP}<p>{filling}</p>")));
        project.write(TEXT, format!("{}{text}", fixtures.read(TEXT)));
        let ran = project.run("check --json");
        let rows = ran.json();
        let found: Vec<_> = faults(&rows).iter().map(|row| format!("{} {}", row["rule"], row["level"])).collect();
        (ran.code, found.join(" "))
    };
    assert_eq!(filled(70_000), (Some(0), String::new()));
    assert_eq!(filled(90_000), (Some(0), "\"S1\" \"warning\"".to_owned()));
    assert_eq!(filled(110_000), (Some(65), "\"S1\" \"error\"".to_owned()));
}

#[test]
fn who_reads_with_what_is_the_publications_own() {
    let project = good();
    let config = project.read(CONFIG);
    project.write(PAGE, project.read(PAGE).replace("border-radius: 6px", "display: flex"));
    project.write(CONFIG, format!("{config}\n[check]\nclients = {{ apple_mail = 3, gmail = 1 }}\n"));
    project.run("check --strict").code(0);
    project.write(CONFIG, format!("{config}\n[check]\nclients = {{ outlook_windows = 1, gmail = 1 }}\n"));
    project.run("check --strict").code(65).says("Outlook for Windows (50 % of your readers)");
    project.write(CONFIG, format!("{config}\n[check]\ntolerate = 60\n"));
    project.run("check --strict").code(0);
    project.write(CONFIG, format!("{config}\n[check]\nclients = {{ outlok_windows = 1 }}\n"));
    project.run("check").code(78).says("tidings.toml:36:13").says("did you mean `outlook_windows`?");
    for wrong in ["clients = { gmail = -1 }", "clients = { gmail = 0 }", "tolerate = 101", "client = 3"] {
        project.write(CONFIG, format!("{config}\n[check]\n{wrong}\n"));
        project.run("check").code(78).says("tidings.toml:36:").says("hint: ");
    }
}

#[test]
fn online_the_relay_is_called_and_gets_no_mail() {
    let sink = SmtpSink::start();
    let project = project(1, &sink);
    let rows = project.run("check --online --json").code(0).json()["rows"].to_string();
    assert!(rows.contains(&format!("`127.0.0.1:{}` answers", sink.port())), "{rows}");
    assert_eq!((sink.connections(), sink.count()), (1, 0));

    let text = project.read("tidings.toml");
    project.write("tidings.toml", text.replace(&sink.url(), "smtp://127.0.0.1:1"));
    project.run("check --online").code(65).says("cannot reach");
    project.run("check").code(0);
}

#[test]
fn online_links_and_pictures_are_asked_for() {
    let web = Web::start(|request| match request.path.as_str() {
        "/good" => Answer::new("200 OK", ""),
        "/moved" => Answer::new("302 Found", "").header("Location: /good"),
        "/gone" => Answer::new("410 Gone", ""),
        "/broken" => Answer::new("500 Oops", ""),
        "/forbidden" => Answer::new("403 Forbidden", ""),
        _ => Answer::new("404 Not Found", ""),
    });
    let links = ["good", "moved", "gone", "broken", "forbidden", "missing"];
    let links: String = links.iter().map(|path| format!("[{path}]({}/{path}) ", web.url)).collect();
    let extra = "[fetch]\nallow_private = true";
    let project = Project::with_notes(extra).post("one", "One", "2025-05-30");
    project.write(CONFIG, project.read(CONFIG).replace("schedule", &format!("intro = \"{links}\"\nschedule")));
    let rows = project.run("check --online --json").code(65).json();
    let told: Vec<(String, String)> = faults(&rows)
        .iter()
        .filter(|row| row["rule"] == "K1" && !row["message"].to_string().contains("private network"))
        .map(|row| (row["message"].as_str().unwrap().to_owned(), row["place"].as_str().unwrap().to_owned()))
        .collect();
    let says = |path: &str, what: &str| {
        told.iter().any(|(message, place)| {
            message.contains(&format!("{}/{path}`: {what}", web.url)) && place.starts_with("tidings.toml:")
        })
    };
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(says("gone", "it is gone for good (410)"), "{told:?}");
    assert!(says("broken", "the server has trouble of its own (500)"), "{told:?}");
    assert!(says("missing", "the server does not have it (404)"), "{told:?}");
    let asked = |path: &str| web.requests().iter().filter(|request| request.path == path).count();
    assert_eq!((asked("/good"), asked("/gone"), asked("/missing")), (2, 1, 2));
}

#[test]
fn online_the_page_for_those_who_leave_must_answer() {
    #[track_caller]
    fn check(status: &'static str, says: Option<&str>) {
        let web = Web::start(move |_| Answer::new(status, "").header("Location: https://elsewhere.example/"));
        let project = Project::with_notes("").post("one", "One", "2025-05-30");
        let url = format!("public_url = \"{}\"", web.url);
        project.write(CONFIG, project.read(CONFIG).replace("public_url = \"https://news.harbour.example\"", &url));
        let rows = project.run("check --online --json").json();
        let about = format!("{}/u/INVALID`", web.url);
        let rows: Vec<Value> = rows["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["message"].to_string().contains(&about))
            .cloned()
            .collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        match says {
            Some(says) => {
                assert!(rows[0]["level"] == "error" && rows[0]["message"].to_string().contains(says), "{rows:?}")
            }
            None => assert_eq!(rows[0]["level"], "ok"),
        }
        let asked = web.requests();
        let asked = asked.iter().find(|request| request.path == "/u/INVALID").unwrap();
        assert_eq!(asked.body, "List-Unsubscribe=One-Click");
        assert!(asked.head.contains("content-type: application/x-www-form-urlencoded"));
    }
    check("200 OK", None);
    check("404 Not Found", None);
    check("302 Found", Some("leads elsewhere (302)"));
    check("401 Unauthorized", Some("wants a login"));
    check("405 Method Not Allowed", Some("takes no POST"));
    check("502 Bad Gateway", Some("has trouble (502)"));
    check("", Some("u/INVALID"));
}
