//! Preview, test and send show the same edition.

use mail_parser::MessageParser;

use crate::project::Project;

/// Takes the recipient's own links out of a part: the only slots of these readers, who have no name on the page.
fn without_slots(part: &str) -> String {
    let mut text = part.replace("\r\n", "\n");
    while let Some(at) = text.find("/u/") {
        let end = text[at..].find(['"', ' ', '\n', '<', ')']).map_or(text.len(), |end| at + end);
        text.replace_range(at..end, "TOKEN");
    }
    for address in ["ada@readers.example", "ben@readers.example", "cyd@elsewhere.example", "reader@example.com"] {
        text = text.replace(address, "ADDRESS");
    }
    text
}

#[test]
fn preview_test_and_send_show_the_same_parts() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30").post("two", "Two & <three>", "2025-05-31");
    project.run("preview --text preview.txt").code(0);
    let (html, text) = (without_slots(&project.read("preview.html")), without_slots(&project.read("preview.txt")));
    project.run("test cyd@elsewhere.example").code(0);
    let tests = project.outbox();
    assert_eq!(tests.len(), 1);
    project.run("send --yes").code(0);
    let all = project.outbox();
    assert_eq!(all.len(), 3, "a test and two messages");
    let mut ids = Vec::new();
    for (name, octets) in &all {
        let message = MessageParser::default().parse(octets).unwrap();
        assert_eq!(without_slots(&message.body_html(0).unwrap()), html, "{name}");
        assert_eq!(without_slots(&message.body_text(0).unwrap()).trim_end(), text.trim_end(), "{name}");
        ids.push(message.message_id().unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each message has an id of its own");
}

#[test]
fn a_preview_of_a_frozen_edition_is_that_edition() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let dead = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9"), ("TIDINGS_SMTP__TLS", "none")];
    project.run_with("send --yes", &dead).code(75);
    project.write("posts/two.md", "---\ntitle: Two\ndate: 2025-05-31\n---\n\nA second story.\n");
    let shown = project.run("preview --json").code(0).json();
    assert_eq!(shown["posts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_preview_consumes_nothing() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    for _ in 0..3 {
        assert_eq!(project.run("preview --json").code(0).json()["posts"][0]["title"], "One");
    }
    assert_eq!(project.run("send --yes --json").code(0).json()["edition"], 1);
}

#[test]
fn a_preview_without_posts_says_why() {
    let project = Project::with_notes("").file("posts/draft.md", "---\ntitle: D\ndraft: true\n---\n\nNot yet.\n");
    project.run("preview").code(0).says("nothing new");
}

#[test]
fn what_init_writes_works_at_once() {
    let project = Project::new();
    project.run("init site").code(0);
    project.run("preview --config site/tidings.toml --out shown.html").code(0);
    project.run("check --config site/tidings.toml").code(0);
    let sent = project.run("send --yes --json --config site/tidings.toml").code(0).json();
    assert_eq!((&sent["posts"], &sent["sent"]), (&3.into(), &2.into()));
    project.run("init site").code(1).says("is there already");
}

#[test]
fn posts_are_data_not_templates() {
    let hostile = "{{ get_env(name=\"HOME\") }} {% include \"classic.mjml\" %}</mj-text><mj-raw>";
    let post =
        format!("---\ntitle: '{hostile}'\ndate: 2025-05-30\n---\n\nA body with {{{{ posts }}}} in it, as text.\n");
    let project = Project::with_notes("").file("posts/hostile.md", post);
    let shown = project.run("preview --json --text p.txt").code(0).json();
    assert_eq!(shown["posts"][0]["title"].as_str(), Some(hostile));
    assert!(project.read("p.txt").replace('\n', " ").contains("{% include"));
    assert!(!project.read("preview.html").contains("<mj-raw>"));
}

#[test]
fn a_broken_template_names_its_line() {
    let project = Project::with_notes("")
        .post("one", "One", "2025-05-30")
        .file("templates/classic.mjml", "<mjml>\n<mj-body>\n{{ nosuch.field }}\n</mj-body>\n</mjml>\n");
    project.run("preview").code(1).says("classic.mjml").says("nosuch");
}

#[test]
fn check_reads_the_templates_also_where_nothing_is_new() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    project.run("check").code(0);
    project.write("templates/classic.txt", "one\n{% for %}\n");
    project.run("check").code(65).says("classic.txt:2:");
}

#[test]
fn a_copied_template_takes_effect_with_its_parts() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("preview").code(0);
    let built_in = project.read("preview.html");
    project.run("templates new classic").code(0).says("templates/parts/headline.mjml");
    project.run("preview").code(0);
    assert_eq!(without_slots(&project.read("preview.html")), without_slots(&built_in));
    let part = project.read("templates/parts/headline.mjml");
    project.write("templates/parts/headline.mjml", part.replace("{{ post.title }}", "≫ {{ post.title }}"));
    project.run("preview").code(0);
    assert!(project.read("preview.html").contains("≫ One"));
    project.run("templates new classic").code(1).says("is there already");
}

#[test]
fn a_second_copy_leaves_the_parts_that_were_edited() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("templates new classic").code(0);
    project.write("templates/parts/byline.mjml", "<p>mine</p>");
    let said = project.run("templates new brief").code(0).says("parts/byline.mjml` is there already");
    assert!(said.stdout.contains("brief.txt") && !said.stdout.contains("parts/"), "{}", said.stdout);
    assert_eq!(project.read("templates/parts/byline.mjml"), "<p>mine</p>");
    project.run_with("preview", &[("TIDINGS_DIGEST__WEEKLY__TEMPLATE", "brief")]).code(0);
    assert!(project.read("preview.html").contains("<p>mine</p>"));
}

#[test]
fn each_reader_gets_the_variant_of_their_language() {
    let readers =
        "email,name,language\nada@readers.example,Ada,\nben@readers.example,Ben,de-AT\ncyd@readers.example,Cyd,xx\n";
    let project = Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", readers);
    for (reader, words) in [("ada", "Read on"), ("ben", "Weiterlesen"), ("cyd", "Read on")] {
        project.run(&format!("preview --as {reader}@readers.example --text {reader}.txt")).code(0);
        assert!(project.read(&format!("{reader}.txt")).contains(words), "{reader}");
    }
    project.run("send --yes").code(0);
    for (_, octets) in project.outbox() {
        let message = MessageParser::default().parse(&octets).unwrap();
        let reader = message.to().unwrap().first().unwrap().address().unwrap()[..3].to_owned();
        let text = message.body_text(0).unwrap().into_owned();
        assert_eq!(without_slots(&text).trim_end(), {
            without_slots(&project.read(&format!("{reader}.txt")))
                .replace(&format!("{reader}@readers.example"), "ADDRESS")
                .trim_end()
                .to_owned()
        });
    }
}

#[test]
fn few_words_are_more_than_none_and_links_are_numbered_without_a_gap() {
    let mut feed = "<rss version=\"2.0\"><channel><title>T</title><link>https://harbour.example/</link>".to_owned();
    for (id, link) in
        [("a", "<link>https://harbour.example/a</link>"), ("b", ""), ("c", "<link>https://harbour.example/c</link>")]
    {
        feed.push_str(&format!("<item><guid isPermaLink=\"false\">{id}</guid><title>Post {id}</title>{link}<description>Quay {id} is shut.</description></item>"));
    }
    let project = Project::with_notes("").file("posts/feed.xml", feed + "</channel></rss>");
    let config = project.read("tidings.toml");
    let config =
        config.replace("folder = \"posts\"\nbase_url = \"https://harbour.example/\"", "feed = \"posts/feed.xml\"");
    project.write("tidings.toml", config);
    let shown = project.run("preview --json --text p.txt").code(0).json();
    assert_eq!(shown["posts"][0]["teaser"], "Quay a is shut.");
    let text = project.read("p.txt");
    assert!(text.contains("[1]") && text.contains("[2]") && !text.contains("[3]"), "{text}");
}
