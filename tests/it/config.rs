//! What is wrong in the config is shown where it stands, with what would be right.

use crate::project::Project;

/// Changes one line of a good config and gives what `explain` then says.
#[track_caller]
fn broken(from: &str, to: &str) -> String {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let text = project.read("tidings.toml");
    assert!(text.contains(from), "no `{from}` in the config");
    project.write("tidings.toml", text.replacen(from, to, 1));
    project.run("explain").code(78).stderr
}

#[test]
fn faults_point_at_their_line() {
    insta::assert_snapshot!(broken("subject", "sbject"));
    insta::assert_snapshot!(broken("\"weekly mon 07:30\"", "\"weekly moon 07:30\""));
    insta::assert_snapshot!(broken("folder = \"posts\"", "folder = 3"));
    insta::assert_snapshot!(broken("[smtp]\n", "[smtp]\nconnections = \"many\"\n"));
    insta::assert_snapshot!(broken("url = \"file:outbox\"", ""));
    insta::assert_snapshot!(broken("name = \"Notes\"", "name = \"Notes"));
    insta::assert_snapshot!(broken("folder = \"posts\"", "folder = \"posts\"\nfeed = \"f.xml\""));
    insta::assert_snapshot!(broken("schedule", "sources = [\"nots\"]\nschedule"));
    insta::assert_snapshot!(broken("from = \"Notes <notes@harbour.example>\"", "from = \"nobody\""));
    insta::assert_snapshot!(broken("file:outbox", "ftp://x"));
    insta::assert_snapshot!(broken("from =", "timezone = \"Europe/Lisbonne\"\nfrom ="));
}

#[test]
fn a_plan_that_cannot_be_kept_is_refused_where_it_stands() {
    for (lines, place, words) in [
        ("late = \"30s\"", 13, "`late` must be at least 1m"),
        ("approval = \"veto\"", 13, "there is an `approval` and no `editor` to ask"),
        ("editor = \"nobody\"", 13, "`nobody` has no `@`"),
        (
            "approval = \"veto\"\neditor = \"e@x.example\"\napproval_window = \"7d\"",
            15,
            "not shorter than the 7days between two runs",
        ),
        ("approval = \"required\"\neditor = \"e@x.example\"\napproval_window = \"0s\"", 15, "leaves no time to look"),
        (
            "schedule = \"*/30 * * * *\"\napproval = \"veto\"\neditor = \"e@x.example\"",
            10,
            "approval_window` of 3h is not shorter than the 30m",
        ),
    ] {
        let fault = if lines.starts_with("schedule") {
            broken("schedule = \"weekly mon 07:30\"", lines)
        } else {
            broken("schedule = \"weekly mon 07:30\"", &format!("schedule = \"weekly mon 07:30\"\n{lines}"))
        };
        assert!(fault.contains(words), "{fault}");
        let at = fault.split("tidings.toml:").nth(1).and_then(|at| at.split(':').next()).unwrap_or("none");
        assert_eq!(at, place.to_string(), "{fault}");
    }
    assert!(broken("[web]", "[web]\nping = \"ftp://x\"").contains("`web.ping` is no web address"));
}

#[test]
fn what_comes_later_is_refused_as_such() {
    let project = Project::with_notes("");
    for verb in ["worker --x 3", "preview --serve"] {
        project.run(verb).code(2).says("not yet");
    }
    assert!(broken("[web]", "[store]\nurl = \"postgres://u@h/db\"\n[web]").contains("not yet"));
}

#[test]
fn without_a_config_the_way_to_one_is_told() {
    Project::new().run("preview").code(78).says("tidings init");
}

#[test]
fn two_digests_want_a_name() {
    let project = Project::with_notes("[digest.daily]\nsubject = \"S\"\nschedule = \"daily 07:00\"\n");
    project.run("explain").code(2).says("--digest").says("`daily`, `weekly`");
    project.run("explain --digest daily").code(0);
    for verb in ["explain", "status", "editions", "editions show 1", "next", "send --yes", "check", "preview"] {
        project.run(&format!("--digest dialy {verb}")).code(2).says("`daily`");
    }
    let one = project.run("status --json --digest daily").code(0).json();
    assert_eq!(one["digests"].as_array().map(Vec::len), Some(1), "{one}");
}

#[test]
fn the_environment_comes_before_the_file() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let subject = [("TIDINGS_DIGEST__WEEKLY__SUBJECT", "Other")];
    assert_eq!(project.run_with("preview --json", &subject).code(0).json()["subject"], "Other");
    let toml = [("TIDINGS_SMTP__RETRY", "[\"1s\"]"), ("TIDINGS_SMTP__CONNECTIONS", "2")];
    project.run_with("preview", &toml).code(0);
    project.run_with("preview", &[("TIDINGS_SMTP__CONNECTIONS", "x")]).code(78).says("TIDINGS_SMTP__CONNECTIONS");
    project.run_with("preview", &[("TIDINGS_SMTP__ULR", "x")]).code(78).says("`url`");
}

#[test]
fn a_password_that_cannot_be_had_freezes_nothing() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let relay = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9"), ("TIDINGS_SMTP__USERNAME", "notes")];
    project.run_with("send --yes", &relay).code(78).says("password");
    project.run_with("send --dry-run", &relay).code(0);
    project.run_with("check", &relay).code(65).says("password");
    assert_eq!(project.run("editions --json").json()["editions"], serde_json::json!([]));
    // A relative path starts from the config's folder, whoever names it.
    project.write("site/tidings.toml", project.read("tidings.toml"));
    project.write("site/subscribers.csv", "email\nada@readers.example\n");
    project.write("site/secrets/smtp", "word");
    let file = [relay[0], relay[1], ("TIDINGS_SMTP__PASSWORD_FILE", "secrets/smtp")];
    project.run_with("check --config site/tidings.toml", &file).code(65).says("site/secrets/smtp");
}

#[test]
fn a_schedule_that_is_right_has_next_runs() {
    let project = Project::with_notes("").at("2026-03-25T00:00:00Z");
    let runs = project.run("next -n 2 --json").code(0).json();
    assert_eq!(runs["runs"][0], serde_json::json!({ "local": "2026-03-30T07:30:00Z", "utc": "2026-03-30T07:30:00Z" }));
}

#[test]
fn measures_of_a_theme_are_numbers_or_texts() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let text = project.read("tidings.toml");
    project.write("tidings.toml", text.replace("schedule", "theme = { width = 720, radius = \"8\" }\nschedule"));
    project.run("preview").code(0);
    assert!(project.read("preview.html").contains("max-width:720px"));
    project.run_with("preview", &[("TIDINGS_DIGEST__WEEKLY__THEME__WIDTH", "500")]).code(0);
    assert!(project.read("preview.html").contains("max-width:500px"));
}

#[test]
fn what_a_template_could_only_stumble_over_is_found_before() {
    #[track_caller]
    fn check(to: &str, place: &str, words: &str) {
        let said = broken("schedule", &format!("{to}\nschedule"));
        assert!(said.contains(place) && said.contains(words), "{said}");
    }
    check("theme = { acent = \"#123456\" }", "tidings.toml:12:11", "did you mean `accent`?");
    check("theme = { accent = \"bluish\" }", "tidings.toml:12:20", "`bluish` is no colour");
    check("theme = { width = 900 }", "tidings.toml:12:19", "`width` is 900 px\n");
    check("theme = { width = true }", "tidings.toml:12:19", "neither a text nor a whole number");
    check("theme = { radius = \"round\" }", "tidings.toml:12:20", "`round` is no number of pixels");
    check("theme = { font = \"x; color: red\" }", "tidings.toml:12:18", "is no list of fonts");
    check("theme = { ink = \"</style>\" }", "tidings.toml:12:17", "is no colour");
    check("sections = \"sauce\"", "tidings.toml:12:12", "did you mean `source`?");
    check("texts = { read_onn = \"x\" }", "tidings.toml:12:11", "did you mean `read_on`?");
    check("select = { max = 0 }", "tidings.toml:12:18", "must be at least 1");
    check("teaser = { max_sentences = 0 }", "tidings.toml:12:28", "must be at least 1");
    check("title = \" \"", "tidings.toml:12:9", "says nothing");
    assert!(
        broken("url = \"file", "return_path = \"b+{{ tokn }}@x.example\"\nurl = \"file").contains("tidings.toml:15:15")
    );
    assert!(broken("name = \"Notes\"", "name = \"\"").contains("tidings.toml:2:8"));
    assert!(broken("from =", "language = \"xx yy\"\nfrom =").contains("tidings.toml:3:12"));
    assert!(broken("file:outbox", "file:").contains("tidings.toml:15:7"));
    assert!(broken("[web]", "[store]\nurl = \"sqlite:\"\n[web]").contains("tidings.toml:18:7"));
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let subject = [("TIDINGS_DIGEST__WEEKLY__SUBJECT", "{{ posts[0].titel }}")];
    project.run_with("preview", &subject).code(78).says("digest.weekly.subject:1:");
}

#[test]
fn a_digests_name_leads_out_of_no_folder() {
    for name in ["../../x", "a b", "wöchentlich", ""] {
        let said = broken("[digest.weekly]", &format!("[digest.\"{name}\"]"));
        assert!(said.contains("tidings.toml:10:9") && said.contains("letters"), "{name}: {said}");
    }
    let project = Project::with_notes("");
    project.write("tidings.toml", project.read("tidings.toml").replace("digest.weekly", "digest.My_week-2"));
    project.run("explain").code(0);
}

#[test]
fn any_key_can_be_set_from_the_environment() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let source = [("TIDINGS_SOURCE__0__TAGS", "[\"kept\"]"), ("TIDINGS_SOURCE__0__FULL_TEXT", "false")];
    let wanted = [source[0], source[1], ("TIDINGS_DIGEST__WEEKLY__SELECT__TAGS__ALL", "[\"kept\"]")];
    assert_eq!(project.run_with("explain --json", &wanted).code(0).json()["posts"][0]["selected"], true);
    for name in ["TIDINGS_SOURCE__1__TAGS", "TIDINGS_SOURCE__NOTES__TAGS", "TIDINGS_SMTP__URL__X"] {
        project.run_with("explain", &[(name, "x")]).code(78).says(name);
    }
    project.write("tidings.toml", project.read("tidings.toml").replace("digest.weekly", "digest.My-Week"));
    let subject = [("TIDINGS_DIGEST__MY_WEEK__SUBJECT", "Other")];
    assert_eq!(project.run_with("preview --json", &subject).code(0).json()["subject"], "Other");
}

#[test]
fn a_fault_of_the_environment_names_the_variable_and_no_line() {
    for (name, value) in [
        ("TIDINGS_SMTP__URL", "ftp://x"),
        ("TIDINGS_SMTP__CONNECTIONS", "0"),
        ("TIDINGS_DIGEST__WEEKLY__SOURCES", "[\"nots\"]"),
        ("TIDINGS_DIGEST__WEEKLY__SCHEDULE", "weekly moon"),
        ("TIDINGS_NOWHERE__KEY", "x"),
        ("TIDINGS_DIGEST__DAILY__SUBJECT", "x"),
    ] {
        let said = Project::with_notes("").run_with("explain", &[(name, value)]).code(78).stderr;
        assert!(said.contains(name) && !said.contains(" | "), "{said}");
    }
}
