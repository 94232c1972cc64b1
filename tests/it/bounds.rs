//! What is too long, too large or never ends: it is said, it is small in the mail, and the other posts go out.

use crate::project::Project;

fn guest(key: &str, place: &str) -> Project {
    Project::with_notes(&format!("[[source]]\nname = \"guest\"\n{key} = \"{place}\"\n"))
        .post("ferry", "Ferry times", "2025-05-31")
        .post("lights", "Harbour lights", "2025-05-30")
}

#[test]
fn a_letter_with_many_marks_pushes_no_post_out() {
    let marks = "\u{301}".repeat(200_000);
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>G</title><item><title>e{marks}</title><link>https://g.example/x</link>\
         <author>a{marks}</author><category>c{marks}</category><description>i{marks}s it.</description>\
         <pubDate>Sat, 31 May 2025 10:00:00 GMT</pubDate></item></channel></rss>"
    );
    let project = guest("feed", "h.xml").file("h.xml", feed);
    let listed = "email,name\nada@readers.example,A".to_owned() + &marks + "\n";
    project.write("subscribers.csv", listed);
    project.run("send --yes").code(0);
    let (_, mail) = project.outbox().remove(0);
    let mail = String::from_utf8(mail).unwrap();
    let header = mail.split("\r\n\r\n").next().unwrap();
    assert!(header.len() < 4_000 && mail.len() < 100_000, "{} and {}", header.len(), mail.len());
    assert!(mail.contains("Ferry times") && mail.contains("Harbour lights"));
}

#[cfg(unix)]
#[test]
fn a_source_that_is_no_file_is_said() {
    for key in ["feed", "page", "listing"] {
        let project = guest(key, "pipe");
        assert!(std::process::Command::new("mkfifo").arg(project.path("pipe")).status().unwrap().success());
        project.run("send --yes").code(0).says("pipe: this is a pipe or a device").says("hint: write what it gives");
        project.write("tidings.toml", project.read("tidings.toml").replace("\"pipe\"", "\"/dev/zero\""));
        project.run("explain").code(0).says("/dev/zero: this is a pipe or a device");
        std::fs::File::create(project.path("sparse")).unwrap().set_len(1 << 30).unwrap();
        project.write("tidings.toml", project.read("tidings.toml").replace("/dev/zero", "sparse"));
        project.run("explain").code(0).says("larger than 10000000 octets").says("hint: raise `fetch.max_bytes`");
    }
}

#[cfg(unix)]
#[test]
fn a_limit_on_files_is_an_error() {
    let project = guest("feed", "none.xml");
    let ran = project.run_after("ulimit -f 8", "send --yes").code(1);
    assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
    project.run("send --yes").code(0);
    assert_eq!(project.outbox().len(), 2);
}

/// A project whose digest takes one post, with a post of each of three days.
fn small(select: &str) -> Project {
    Project::with_notes(&format!("[digest.weekly.select]\nmax = 1\n{select}"))
        .post("ferry", "Ferry times", "2025-05-31")
        .post("lights", "Harbour lights", "2025-05-30")
        .post("crane", "A new crane", "2025-05-29")
}

#[test]
fn what_does_not_fit_is_said_and_may_wait() {
    let mut project = small("overflow = \"wait\"");
    assert_eq!(project.run("explain --json").code(0).json()["overflow"], 2);
    assert_eq!(project.run("check --json").json()["overflow"], 2);
    project
        .run("explain")
        .code(0)
        .says("in, 1 post: new, for the first edition")
        .says("out, 2 posts: left out: max = 1");
    assert_eq!(project.run("send --yes --json").code(0).json()["overflow"], 2);
    for (day, title, left) in [("02", "Harbour lights", 1), ("03", "A new crane", 0)] {
        project.set_clock(&format!("2025-06-{day}T12:00:00Z"));
        let sent = project.run("send --yes --json").code(0).json();
        assert_eq!((&sent["subject"], &sent["overflow"]), (&title.into(), &left.into()));
    }
    project.set_clock("2025-06-04T12:00:00Z");
    project.run("send --yes").code(0).says("nothing new");
}

#[test]
fn what_does_not_fit_is_dropped_where_nothing_is_said() {
    let mut project = small("");
    project.run("send --yes").code(0).says("1 post (2 more did not fit)");
    project.set_clock("2025-06-02T12:00:00Z");
    project.run("send --yes").code(0).says("nothing new");
    let project = project.post("a", "A", "2025-06-02").post("b", "B", "2025-06-02");
    project.run("check").code(0).says("1 new posts do not fit under `max = 1`").says("overflow = \"wait\"");
}

#[test]
fn languages_part_posts_and_readers() {
    let post = |lang: &str| format!("---\ntitle: In {lang}\ndate: 2025-05-31\nlang: {lang}\n---\n\nWords of it.\n");
    let project = Project::with_notes("[digest.weekly.select]\nlanguage = [\"de\"]\n")
        .file("posts/de.md", post("de-AT"))
        .file("posts/fr.md", post("fr"))
        .post("none", "In none", "2025-05-31")
        .file("subscribers.csv", "email,language\na@readers.example,de\nb@readers.example,\nc@readers.example,de-CH\n");
    let digest = "[digest.weekly]\naudience = { language = [\"de\"] }";
    project.write("tidings.toml", project.read("tidings.toml").replace("[digest.weekly]", digest));
    project.run("explain").code(0).says("language `fr`, not `de`").says("language `en`, not `de`");
    let sent = project.run("send --yes --json").code(0).json();
    assert_eq!((&sent["posts"], &sent["recipients"]), (&1.into(), &2.into()));
    project.write("tidings.toml", project.read("tidings.toml").replace("[\"de\"]\n", "[\"German\"]\n"));
    project.run("explain").code(78).says("`German` is no tag of a language");
}

#[test]
fn a_template_that_grows_without_end_is_an_error_with_its_place() {
    let project = small("").file("templates/mine.mjml", "");
    let config = project.read("tidings.toml").replace("[digest.weekly]", "[digest.weekly]\ntemplate = \"mine\"");
    project.write("tidings.toml", config);
    for doubled in ["{% set_global x = x ~ x %}", "{% set_global x %}{{ x }}{{ x }}{% endset %}"] {
        let template = format!("{{% set x = 'a' %}}\n{{% for i in range(end=60) %}}{doubled}{{% endfor %}}{{{{ x }}}}");
        project.write("templates/mine.mjml", template);
        let ran = project.run("send --yes").code(1).says("more than 1048576 octets in a variable");
        ran.says("mine.mjml:2");
    }
    let page = |inside: &str| {
        format!("<mjml><mj-body><mj-section><mj-column>\n{inside}</mj-column></mj-section></mj-body></mjml>")
    };
    let deep = format!("<mj-raw>{}</mj-raw>", "<b>".repeat(100_000));
    let picture = "<mj-carousel-image src=\"https://harbour.example/a.png\" />";
    let long = format!("<mj-carousel>{}</mj-carousel>", picture.repeat(1_000));
    for (inside, words) in [(deep, "nested too deep"), (long, "at most 50 pictures")] {
        project.write("page.mjml", page(&inside));
        project.run("render page.mjml").code(1).says(words).says("page.mjml:2:");
    }
}
