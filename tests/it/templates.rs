//! Templates of one's own that are broken: each says where, and what to do.

use crate::project::{Project, Ran};

/// A project whose layout is `mine`; `{}` of the body is put into a page from line 2 on.
fn mine(body: &str) -> Project {
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30").post("two", "Two", "2025-05-29");
    project.environment("TIDINGS_DIGEST__WEEKLY__TEMPLATE", "mine");
    let page = format!("<mjml lang=\"{{{{ lang }}}}\"><mj-body>\n{body}\n</mj-body></mjml>\n");
    project.file("templates/mine.mjml", page)
}

fn columns(inside: &str) -> String {
    format!("<mj-section><mj-column>\n{inside}\n</mj-column></mj-section>")
}

#[track_caller]
fn fails(body: &str, says: &[&str]) -> Ran {
    says.iter().fold(mine(body).run("preview").code(1), |ran, words| ran.says(words))
}

#[test]
fn a_mistake_is_told_with_its_place_and_a_hint() {
    fails(&columns("  <mj-buton />"), &["templates/mine.mjml:3:3: ", "did you mean `<mj-button>`?"]);
    fails(&columns("<mj-text colour=\"red\">x</mj-text>"), &["mine.mjml:3:10: ", "did you mean `color`?"]);
    fails(&columns("<mj-text>x"), &["mine.mjml:3:1: `<mj-text>` is never closed"]);
    fails("<mj-section><mj-column></mj-section>", &["mine.mjml:2:24: `</mj-section>` closes `<mj-column>`", "hint: "]);
    fails(&columns("{{ nobody }}"), &["mine.mjml:3:4: ", "`nobody`", "hint: there are "]);
    fails("{% include 'gone.mjml' %}", &["mine.mjml:2:12: ", "`gone.mjml`"]);
    fails("{% include 'mine.mjml' %}", &["mine.mjml:2: `mine.mjml` includes itself"]);
    fails("<mj-include path=\"gone\" />", &["mine.mjml:2:1: there is no `gone`", "hint: "]);
    fails("<mj-include path=\"mine.mjml\" />", &["mine.mjml:2:1: `mine.mjml` includes itself"]);
    fails("<mj-include path=\"../tidings.toml\" />", &["mine.mjml:2:1: ", "outside of the templates"]);
    fails("<mj-include path=\"/etc/hostname\" />", &["mine.mjml:2:1: ", "outside of the templates"]);
    let rounds = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    fails(&columns(rounds), &["mine.mjml:3: the template gives or repeats more than", "hint: "]);
    fails(&columns("{% for a in range(end=1000000000) %}{% endfor %}"), &["mine.mjml:3:", "exceeds the limit"]);
}

#[test]
fn a_part_in_a_loop_is_named_by_its_own_line() {
    let list = "<mj-section><mj-column>\n{% for post in posts %}\n  <mj-text>{{ post.title }}</mj-text>\n{% endfor %}\n\
                </mj-column></mj-section>\n";
    for include in ["<mj-include path=\"parts/list\" />", "{% include 'parts/list.mjml' %}"] {
        let project = mine(include).file("templates/parts/list.mjml", list);
        project.run("preview").code(0);
        assert!(project.read("preview.html").contains(">One<") && project.read("preview.html").contains(">Two<"));
        project.write("templates/parts/list.mjml", list.replace("<mj-text>", "<mj-text colr=\"red\">"));
        project.run("preview").code(1).says("templates/parts/list.mjml:3:12: ").says("did you mean `color`?");
    }
}

#[test]
fn styles_and_html_may_be_included() {
    let body = "<mj-include path=\"bits/own.css\" type=\"css\" /><mj-include path=\"bits/own.html\" type=\"html\" />";
    let project = mine(&format!("{body}{}", columns("<mj-text>x</mj-text>")))
        .file("templates/bits/own.css", ".own { color: #123456 }")
        .file("templates/bits/own.html", "<p class=\"own\">{{ title }}</p>");
    project.run("preview").code(0);
    let page = project.read("preview.html");
    assert!(page.contains(".own { color: #123456 }") && page.contains("<p class=\"own\">"), "{page}");
}

#[cfg(unix)]
#[test]
fn render_reads_nothing_outside_of_the_folder() {
    let page = "<mjml><mj-body><mj-include path=\"link.mjml\" /></mj-body></mjml>";
    let project = Project::new().file("secret.mjml", "<mj-section />").file("mail/a.mjml", page);
    std::os::unix::fs::symlink(project.path("secret.mjml"), project.path("mail/link.mjml")).unwrap();
    project.run("render mail/a.mjml").code(1).says("mail/a.mjml:1:16: ").says("leads out of the folder");
}

#[test]
fn what_has_no_effect_is_said_and_harms_nothing() {
    let project = mine(&columns("<mj-text href=\"x\" class=\"y\">x</mj-text>"));
    project.run("preview").code(0).says("mine.mjml:3:10: `<mj-text>` has no attribute `href`").says("css-class");
}
