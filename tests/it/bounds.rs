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
