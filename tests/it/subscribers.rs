//! Who gets the mail: files, imports, and what never comes back.

use crate::project::Project;

#[test]
fn bad_rows_are_named_by_line_and_the_others_come_in() {
    let project = Project::with_notes("").file(
        "list.csv",
        "email,name\nada@readers.example,Ada\nnobody\n\"cyd@a.example,dan@b.example\",Two\n\"eve@a.example\r\nBcc: x@y.example\",Eve\nfay@readers.example,Fay\n",
    );
    let ran = project.run("subscribers import list.csv --json").code(1);
    let said = ran.json();
    assert_eq!(said["new"], 1, "{said}: ada is known from the file");
    let bad = said["bad"].as_array().unwrap();
    assert_eq!(bad.len(), 3, "{said}");
    assert!(bad[0].as_str().unwrap().contains("list.csv:3"), "{said}");
    let list = project.run("subscribers list").stdout;
    assert!(list.contains("fay@readers.example") && !list.contains("cyd@") && !list.contains("eve@"), "{list}");
}

#[test]
fn the_file_never_revives_who_left() {
    let project = Project::with_notes("");
    project.run("subscribers remove ada@readers.example").code(0);
    project.write("subscribers.csv", "email,status\nADA@readers.example,active\nben@readers.example,active\n");
    project.run("subscribers import subscribers.csv").code(0);
    let list = project.run("subscribers list --json").code(0).json();
    let ada = list["subscribers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["email"].as_str().unwrap().eq_ignore_ascii_case("ada@readers.example"));
    assert_eq!(ada.unwrap()["status"], "unsubscribed");
}

#[test]
fn who_is_taken_out_of_the_file_gets_no_mail() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("subscribers list").code(0);
    project.write("subscribers.csv", "email\nben@readers.example\n");
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 1);
}

#[test]
fn a_spreadsheet_runs_no_formula_of_a_subscriber() {
    let project = Project::with_notes("");
    let odd =
        Project::with_notes("").file("subscribers.csv", "email,name\nada@readers.example,\"=HYPERLINK(\"\"x\"\")\"\n");
    assert!(odd.run("subscribers export").code(0).stdout.contains("'=HYPERLINK"));
    assert!(project.run("subscribers export").code(0).stdout.contains("ada@readers.example"));
}

#[test]
fn added_by_hand_stays_beside_the_file() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("subscribers add cyd@readers.example --name Cyd").code(0).says("added");
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 3);
}

#[test]
fn an_export_remembers_who_left_and_comes_in_again_as_it_was() {
    let project = Project::with_notes("").file(
        "subscribers.csv",
        "email,name,language,timezone,tags,status\nada@readers.example,\"Ada, \"\"B\"\"\",pt-BR,Asia/Tokyo,a b,\nben@readers.example,=1+1,,,,pending\ncyd@readers.example,,,,,\n",
    );
    project.run("subscribers remove cyd@readers.example").code(0);
    project.write("subscribers.csv", project.read("subscribers.csv").replace("cyd@readers.example,,,,,\n", ""));
    let exported = project.run("subscribers export").code(0).stdout;
    assert!(exported.contains("cyd@readers.example,,,,,unsubscribed"), "{exported}");
    let copy = Project::with_notes("").file("subscribers.csv", "email\n").file("list.csv", &exported);
    copy.run("subscribers import list.csv").code(0).says("3 new, 0 known, 0 bad");
    copy.run("subscribers import list.csv").code(0).says("0 new, 3 known, 0 bad");
    assert_eq!(copy.run("subscribers export").code(0).stdout, exported);
}

#[test]
fn an_address_that_comes_again_is_reported_and_changes_nothing() {
    let project = Project::with_notes("")
        .file("subscribers.csv", "email,name,tags\nada@readers.example,Ada,weekly\nADA@readers.example,Other,\n");
    project.run("subscribers list").code(0).says("subscribers.csv:3: ADA@readers.example stands in an earlier row");
    let list = project.run("subscribers list --json").code(0).json();
    assert_eq!(list["subscribers"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&list["subscribers"][0]["name"], &list["subscribers"][0]["tags"][0]),
        (&"Ada".into(), &"weekly".into())
    );
}
