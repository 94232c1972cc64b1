//! `subscribers import`: files that other tools wrote. Nobody who left there is mailed here.

use crate::project::Project;

/// A file, and who comes in as what; `!` and what is said where nobody does.
const EXPORTS: [(&str, &str, &str); 24] = [
    (
        "subscribed_members_export.csv",
        "\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LEID,EUID,TAGS\n\
         ada@readers.example,Ada,Reed,2,2024-01-02,192.0.2.1,2024-01-03,1,a1,\"\"\"news\"\",\"\"weekly digest\"\"\"\n",
        "ada@readers.example active",
    ),
    (
        "members.csv",
        "\"Adresse e-mail\",\"Prénom\",\"Nom\",MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON,LEID,EUID\n\
         ada@readers.example,Ada,Reed,2,2024-01-02,2024-05-06,spam,1,a1\n",
        "ada@readers.example unsubscribed",
    ),
    (
        "members.csv",
        "\"E-Mail-Adresse\",Vorname,Nachname,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_ID,LEID,EUID\n\
         ada@readers.example,Ada,Reed,2024-01-02,2024-05-06,x1,1,a1\n",
        "ada@readers.example suppressed",
    ),
    (
        "nonsubscribed_members_export.csv",
        "\"Email Address\",\"First Name\",LEID,EUID\nada@readers.example,Ada,1,a1\n",
        "ada@readers.example pending",
    ),
    (
        "substack.csv",
        "Email,Name,Subscription type,Subscription date,Receiving emails for\n\
         ada@readers.example,Ada,Free,2024-01-02,Harbour Notes\nben@readers.example,Ben,Free,2024-01-02,\n",
        "ada@readers.example active, ben@readers.example unsubscribed",
    ),
    (
        "substack_old.csv",
        "email,active_subscription,expiry,email_disabled,digest_enabled,created_at\n\
         ada@readers.example,false,,false,false,2024-01-02\nben@readers.example,true,,true,false,2024-01-02\n",
        "ada@readers.example active, ben@readers.example unsubscribed",
    ),
    (
        "ghost.csv",
        "id,email,name,subscribed_to_emails,complimentary_plan,created_at,labels\n\
         1,ada@readers.example,Ada,true,false,2024-01-02,vip\n2,ben@readers.example,Ben,false,false,2024-01-02,\n",
        "ada@readers.example active, ben@readers.example unsubscribed",
    ),
    (
        "listmonk.csv",
        "uuid,email,name,attributes,status,created_at\n\
         u1,ada@readers.example,Ada,\"{\"\"city\"\": \"\"Bonn\"\"}\",enabled,2024-01-02\n\
         u2,ben@readers.example,Ben,{},blocklisted,2024-01-02\nu3,cai@readers.example,Cai,{},disabled,2024-01-02\n",
        "ada@readers.example active, ben@readers.example unsubscribed, cai@readers.example unsubscribed",
    ),
    (
        "buttondown.csv",
        "email_address,notes,metadata,tags,referrer_url,secondary_id,subscriber_type\n\
         ada@readers.example,,{},news,,1,regular\nben@readers.example,,{},,,2,unactivated\n\
         cai@readers.example,,{},,,3,removed\ndot@readers.example,,{},,,4,undeliverable\n",
        "ada@readers.example active, ben@readers.example pending, cai@readers.example unsubscribed, \
         dot@readers.example suppressed",
    ),
    (
        "beehiiv.csv",
        "email,status,created_at,subscription_tier\nada@readers.example,active,2024-01-02,free\n\
         ben@readers.example,inactive,2024-01-02,free\ncai@readers.example,pending,2024-01-02,free\n",
        "ada@readers.example active, ben@readers.example unsubscribed, cai@readers.example pending",
    ),
    (
        "kit.csv",
        "id,first_name,email,state,created_at,tags\n1,Ada,ada@readers.example,active,2024-01-02,\"a, b c\"\n\
         2,Ben,ben@readers.example,cancelled,2024-01-02,\n3,Cai,cai@readers.example,bounced,2024-01-02,\n\
         4,Dot,dot@readers.example,complained,2024-01-02,\n",
        "ada@readers.example active, ben@readers.example unsubscribed, cai@readers.example suppressed, \
         dot@readers.example suppressed",
    ),
    (
        "mailerlite.csv",
        "Subscriber,Name,Status,Sent,Opens,Clicks,Subscribed,Unsubscribed\n\
         ada@readers.example,Ada,Active,9,3,1,2024-01-02,\nben@readers.example,Ben,Active,9,3,1,2024-01-02,2024-05-06\n\
         cai@readers.example,Cai,Junk,9,3,1,2024-01-02,\n",
        "ada@readers.example active, ben@readers.example unsubscribed, cai@readers.example suppressed",
    ),
    (
        "mailpoet.csv",
        "\"Email\",\"First name\",\"Last name\",\"List\",\"Global status\"\n\
         \"ada@readers.example\",\"Ada\",\"Reed\",\"News\",\"Subscribed\"\n\
         \"ben@readers.example\",\"Ben\",\"\",\"News\",\"Unsubscribed\"\n\
         \"cai@readers.example\",\"Cai\",\"\",\"News\",\"Unconfirmed\"\n",
        "ada@readers.example active, ben@readers.example unsubscribed, cai@readers.example pending",
    ),
    (
        "brevo.csv",
        "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;EMAIL_BLACKLIST;SMS_BLACKLIST;ADDED_TIME\n\
         1;ada@readers.example;Ada;Reed;No;Yes;2024-01-02\n2;ben@readers.example;Ben;B;Yes;No;2024-01-02\n",
        "ada@readers.example active, ben@readers.example unsubscribed",
    ),
    (
        "keila.csv",
        "Email,First name,Last name,Data,Status,External ID\nada@readers.example,Ada,R,,active,\n\
         ben@readers.example,Ben,B,,unreachable,\n",
        "ada@readers.example active, ben@readers.example suppressed",
    ),
    (
        "sendportal.csv",
        "id,hash,email,first_name,last_name,meta,unsubscribed_at,created_at\n\
         1,x,ada@readers.example,Ada,R,,,2024-01-02\n2,y,ben@readers.example,Ben,B,,2024-05-06,2024-01-02\n",
        "ada@readers.example active, ben@readers.example unsubscribed",
    ),
    (
        "phplist.csv",
        "email,confirmed,blacklisted,optedin,bouncecount,disabled\nada@readers.example,1,0,1,0,0\n\
         ben@readers.example,0,0,1,0,0\ncai@readers.example,1,1,1,0,0\n",
        "ada@readers.example active, ben@readers.example pending, cai@readers.example unsubscribed",
    ),
    (
        "roster.txt",
        "ada@readers.example\nben@readers.example\n",
        "ada@readers.example active, ben@readers.example active",
    ),
    ("readers.csv", "email\nada@readers.example\n", "ada@readers.example active"),
    ("unsubscribed.csv", "email\nada@readers.example\n", "ada@readers.example unsubscribed"),
    ("unknown.csv", "Email,Abgemeldet\nada@readers.example,nein\n", "!`Abgemeldet`"),
    ("unknown.csv", "Email,GDPR consent\nada@readers.example,maybe\n", "!`GDPR consent`"),
    ("unknown.csv", "Email,Status\nada@readers.example,asleep\n", "!`asleep`"),
    ("unknown.csv", "Mail or phone,Shoe\nada,42\n", "!`Shoe`"),
];

#[test]
fn who_left_another_tool_is_not_mailed_here() {
    for (name, text, expect) in EXPORTS {
        let project = Project::with_notes("").file("subscribers.csv", "email\n").file(name, text);
        let import = project.run(&format!("subscribers import {name}"));
        match expect.strip_prefix('!') {
            Some(words) => {
                let told = import.code(65).stderr;
                assert!(told.contains(words), "{name}: {text}\n{told}");
            }
            None => drop(import.code(0)),
        }
        let listed = project.run("subscribers list --json").code(0).json();
        let one =
            |one: &serde_json::Value| format!("{} {}", one["email"].as_str().unwrap(), one["status"].as_str().unwrap());
        let listed: Vec<String> = listed["subscribers"].as_array().unwrap().iter().map(one).collect();
        assert_eq!(listed.join(", "), if expect.starts_with('!') { "" } else { expect }, "{name}: {text}");
    }
}

#[test]
fn a_rehearsal_shows_who_would_come_in_and_changes_nothing() {
    let (name, text, _) = EXPORTS[0];
    let project = Project::with_notes("").file("subscribers.csv", "email\n").file(name, text);
    let told = project.run(&format!("subscribers import {name} --dry-run")).code(0).stdout;
    for words in
        ["a file of mailchimp", "not read: MEMBER_RATING", "1 active", "news weekly-digest", "optin ip: 192.0.2.1"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!project.run("subscribers list").code(0).stdout.contains("ada@"));
    project.run(&format!("subscribers import {name}")).code(0).says("1 new");
    let shown = project.run("subscribers show ada@readers.example").code(0).stdout;
    for words in ["name: Ada Reed", "`subscribed_members_export.csv` of mailchimp", "consent: optin time: 2024-01-02"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn a_column_that_is_not_understood_can_be_named() {
    let (name, text) = ("list.csv", "Email,Abgemeldet\nada@readers.example,ja\nben@readers.example,\n");
    let project = Project::with_notes("").file("subscribers.csv", "email\n").file(name, text);
    project.run("subscribers import list.csv").code(65);
    project.run("subscribers import list.csv --map Abgemeldet=ignore --status pending").code(0);
    let listed = project.run("subscribers list").code(0).stdout;
    assert_eq!(listed.matches("pending").count(), 2, "{listed}");
    project.run("subscribers import list.csv --map Shoe=name").code(65).says("no column is called `Shoe`");
    project.run("subscribers import list.csv --from smoke-signals").code(65).says("unknown tool");
}

#[test]
fn who_left_stays_left_in_the_next_project() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    let leave = "INSERT INTO departure (subscriber, digest, at_ms) SELECT id, 'weekly', 0 FROM subscriber \
                 WHERE folded = 'ada@readers.example' RETURNING digest";
    assert_eq!(project.store(leave), "weekly");
    let listed = project.run("subscribers list --json").code(0).json();
    assert_eq!(
        (&listed["subscribers"][0]["status"], &listed["subscribers"][0]["left"][0]),
        (&"unsubscribed".into(), &"weekly".into())
    );
    project.run("subscribers add ada@readers.example").code(0).says("unsubscribed, left weekly");
    let status = project.run("status --json").code(0).json();
    assert_eq!(status["subscribers"]["unsubscribed"], 1, "{status}");
    let export = project.run("subscribers export").code(0).stdout;
    let next = Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", &export);
    assert_eq!(next.run("send --yes --json").code(0).json()["recipients"], 1);
    // A digest that comes later is not for who left all that there were.
    let config = project
        .read("tidings.toml")
        .replace("[smtp]", "[digest.daily]\nsubject = \"{{ posts[0].title }}\"\nschedule = \"daily 07:30\"\n\n[smtp]");
    project.write("tidings.toml", config);
    let sent = project.run("--digest daily send --yes --json").code(0).json();
    assert_eq!(sent["recipients"], 1, "{sent}");
}

#[test]
fn a_file_that_lost_most_of_its_rows_takes_nobody_off() {
    let rows: String = (1..=10).map(|n| format!("reader{n}@readers.example\n")).collect();
    let project =
        Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", format!("email\n{rows}"));
    project.run("subscribers list").code(0);
    for broken in ["email\nreader1@readers.example\n", "shoe\n42\n", ""] {
        project.write("subscribers.csv", broken);
        project.run("send --yes").code(4);
        assert_eq!(project.run("subscribers list").code(0).stdout.matches("@readers.example").count(), 10);
    }
    project.write(
        "subscribers.csv",
        format!(
            "email,name\n{}",
            rows.replacen('\n', ",\"open\n", 1).replacen("reader2@readers.example\n", "reader2@readers.example,B\n", 1)
        ),
    );
    assert_eq!(project.run("send --yes --dry-run --json").code(0).json()["recipients"], 9);
    project.write("subscribers.csv", "email\nreader1@readers.example\n");
    assert_eq!(project.run("send --yes --yes-fewer --json").code(0).json()["recipients"], 1);
}

#[test]
fn a_suppressed_address_has_a_reason_and_a_way_back() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("subscribers suppress ada@readers.example --why asked-by-phone").code(0).says("is suppressed");
    project.run("subscribers show ada@readers.example").code(0).says("asked-by-phone");
    assert_eq!(project.run("send --yes --dry-run --json").code(0).json()["recipients"], 1);
    project.run("subscribers lift ada@readers.example --why asked-again").code(0).says("is active");
    let shown = project.run("subscribers show ada@readers.example --json").code(0).json();
    assert_eq!(shown["suppressions"][0]["lifted_why"], "asked-again", "{shown}");
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 2);
    project.run("subscribers lift zoe@readers.example --why x").code(1);
}
