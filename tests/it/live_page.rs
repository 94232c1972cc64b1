//! The page of `preview --serve` in a browser: everything that an editor does with it.

use std::process::Command;

use crate::{
    live::Live,
    looks::{can_look, root},
    project::Project,
    world::{server::find, sink::SmtpSink},
};

/// Its title, body, link and picture each hold a script.
const HOSTILE: &str = "---\ntitle: \"&lt;script&gt;top.hacked = 1&lt;/script&gt; Hostile\"\ndate: 2025-06-03\n\
    url: \"javascript:top.hacked=1\"\nimage: https://harbour.example/images/lamp.png\n\
    image_alt: \"\\\"><script>top.hacked = 1</script>\"\n---\n\n\
    Words of a post that means no good, a whole sentence of them. <script>top.hacked = 1</script>\n\
    <a href=\"javascript:top.hacked=1\" onclick=\"top.hacked=1\">Click</a>\n";

#[test]
fn an_editor_can_do_all_of_it() {
    if !can_look() {
        return;
    }
    let sink = SmtpSink::start();
    let mut project = Project::with_notes("").post("old", "An old story", "2025-05-30");
    let config = project.read("tidings.toml");
    let relay = format!("url = \"{}\"\ntls = \"none\"", sink.url());
    let wide = "[digest.weekly.select]\nmax = 20\n\n[smtp]";
    project.write("tidings.toml", config.replace("url = \"file:outbox\"", &relay).replace("[smtp]", wide));
    project.write("subscribers.csv", "email,name,language\nada@readers.example,Ada,\nben@readers.example,Ben,de\n");
    project.run("send --yes").code(0);
    assert_eq!(sink.count(), 2);
    project = project.at("2025-06-08T12:00:00Z");
    project.run("templates new classic").code(0);
    for number in 1..20 {
        project = project.post(&format!("p{number}"), &format!("Story {number}"), "2025-06-05");
    }
    project.write("posts/hostile.md", HOSTILE);
    let live = Live::of(&project);
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).arg(root().join("tests/it/looks/live.test.js"));
    node.env("CHROMIUM", find("chromium").unwrap())
        .env("PREVIEW", format!("http://localhost:{}/", live.port))
        .env("PROJECT", project.path("."))
        .env("IMAGES", root().join("examples/harbour/posts/the-old-lamp-is-back"));
    let out = node.output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{said}\n{}", String::from_utf8_lossy(&out.stderr));
    let sent = sink.messages();
    assert_eq!((sent.len(), sent[2].to[0].as_str()), (3, "editor@readers.example"), "the page sent one test");
    assert_eq!(project.run("send --yes --json").code(0).json()["edition"], 2, "nothing was consumed");
}
