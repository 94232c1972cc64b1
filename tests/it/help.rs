//! `tidings help`: commands first, then the pages of the guide.

use crate::{guide, project::Project};

#[test]
fn all_topics_are_listed() {
    let help = Project::new().run("help").code(0);
    let (commands, pages) = help.stdout.split_once("\nGuide:\n").unwrap();
    for command in ["init", "send", "help", "completions"] {
        assert!(commands.lines().any(|line| line.trim_start().split(' ').next() == Some(command)), "no {command}");
    }
    assert!(!commands.contains("worker"), "what is not there yet is listed");
    for page in guide::pages().keys().filter(|page| *page != "README") {
        assert!(pages.lines().any(|line| line.trim_start().split(' ').next() == Some(page)), "no {page}");
    }
    assert_eq!(help.stderr, "");
}

#[test]
fn a_command_comes_before_a_page() {
    let project = Project::new();
    let send = project.run("help send").code(0);
    assert!(send.stdout.contains("Usage: tidings send") && send.stdout.contains("--dry-run"), "{}", send.stdout);
    let show = project.run("help editions show").code(0);
    assert!(show.stdout.contains("Usage: tidings editions show"), "{}", show.stdout);
    // As it always was.
    project.run("editions help show").code(0);
    // Both a command and a page.
    let both = project.run("help subscribers").code(0).stdout;
    let (command, page) = (both.find("Usage: tidings subscribers").unwrap(), both.find("Who gets the mail").unwrap());
    assert!(command < page, "{both}");
}

#[test]
fn every_page_is_laid_out_for_the_terminal() {
    let project = Project::new();
    for (name, page) in guide::pages().iter().filter(|(name, _)| *name != "README") {
        let help = project.run(&format!("help {name}")).code(0);
        let title = page.lines().next().unwrap().trim_start_matches("# ").replace('`', "");
        assert!(help.stdout.replace('`', "").contains(&title), "{name}: {}", help.stdout);
        let page = help.stdout.lines().skip_while(|line| line.replace('`', "") != title);
        for line in page.filter(|line| !line.starts_with("    ")) {
            let noise = ["```", "](", "|---", "# ", "<!--"].iter().find(|noise| line.contains(**noise));
            assert_eq!(noise, None, "{name}: {line}");
            assert!(line.chars().count() <= 80 || line.contains("://"), "{name}: {line}");
        }
        assert!(!help.stdout.contains('\u{1b}') && help.stderr.is_empty(), "{name}");
    }
}

#[test]
fn an_unknown_topic_names_the_nearest() {
    let project = Project::new();
    project.run("help selecton").code(2).says("hint: did you mean `selection`?");
    project.run("help teaser").code(2).says("`teasers`");
    project.run("help zzzzzzz").code(2).says("`tidings help` lists all topics");
    project.run("help editions shw").code(2).says("there is no help on `editions shw`");
}
