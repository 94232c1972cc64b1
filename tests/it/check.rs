//! What `check` asks of others.

use crate::{resume::project, world::sink::SmtpSink};

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
