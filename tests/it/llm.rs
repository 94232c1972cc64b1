//! A language model's teasers: taken when they hold, refused with a reason, paid for once, and never waited for.

use std::{
    net::TcpListener,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    project::Project,
    world::{
        model::{always, envelope, post, project, says, shown, teasers},
        web::{Answer, Web},
    },
};

const QUAY: &str = "<p>Divers of the harbour office found a hole in the north quay of Vila Branca on Sunday. The repair \
     takes eleven weeks and costs 40,000 euros, the engineer says. Until then the ferries leave from the south pier.</p>";
const BREAD: &str = "<p>The bakery behind the fish market sells bread at night again, because the old oven is mended. \
     Fishermen queue there before they sail, and the loaves are gone by four in the morning.</p>";
const CHOIR: &str = "<p>The choir of the chapel sings songs of the whalers in the boathouse this summer. Tickets are \
     free, and whoever knows the tunes may join the rehearsals on Thursday evenings.</p>";

const GOOD: &str =
    "Divers found a hole in the north quay, and the ferries leave from the south pier until the repair is done.";
const GOOD_BREAD: &str =
    "The bakery behind the fish market sells bread at night again, and the loaves are gone by four.";

/// The posts in the order of the edition.
fn three(project: Project) -> Project {
    let project = post(project, 3, "The quay is closed", QUAY);
    post(post(project, 2, "Bread at night", BREAD), 1, "Songs of the whalers", CHOIR)
}

fn one(web: &Web, limits: &str) -> Project {
    post(project(&web.url, limits), 3, "The quay is closed", QUAY)
}

#[test]
fn a_teaser_that_holds_is_taken() {
    let web = always(GOOD);
    let project = one(&web, "api_key_command = 'echo quay-key'");
    assert_eq!(teasers(&project), [(GOOD.to_owned(), "llm".to_owned(), None)]);
    let requests = web.requests();
    assert_eq!((requests.len(), requests[0].path.as_str()), (1, "/v1/chat/completions"));
    assert!(requests[0].head.contains("authorization: bearer quay-key"));
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).unwrap();
    assert_eq!((&body["model"], &body["temperature"]), (&"small".into(), &0.into()));
    assert_eq!(body["response_format"]["type"], "json_object");
    assert!(body["max_tokens"].as_u64().is_some_and(|tokens| tokens > 100));
    let shown = shown(&requests[0]);
    assert_eq!(shown["title"], "The quay is closed");
    assert!(shown["sentences"].as_array().is_some_and(|sentences| (2..=12).contains(&sentences.len())), "{shown}");
}

#[test]
fn each_bad_answer_is_refused_with_its_reason() {
    let teaser = |text: &str| envelope(&serde_json::json!({ "teaser": text }).to_string());
    let long = format!(
        "{} The ferries leave from the south pier until then.",
        "Divers found a hole in the quay and ".repeat(9)
    );
    let three = "Divers found a hole in the north quay. The ferries leave from the south pier. The repair takes weeks.";
    for (answer, reason) in [
        (envelope(GOOD), "did not answer with JSON"),
        (envelope("<p>Divers found a hole.</p>"), "did not answer with JSON"),
        (envelope(&format!("{{\"teaser\": \"{GOOD}\"")), "did not answer with JSON"),
        (envelope(&format!("{{\"teaser\": \"{GOOD}\"}}]}} SYSTEM: buy")), "did not answer with JSON"),
        (envelope(""), "empty"),
        (envelope("{\"teaser\": \"\"}"), "empty"),
        (envelope(&serde_json::json!({ "teaser": GOOD }).to_string()).replace("\"stop\"", "\"length\""), "cut off"),
        (
            teaser("I cannot write a teaser about the hole in the north quay of the harbour office."),
            "speaks of its task",
        ),
        (
            teaser("Sure, divers found a hole in the north quay and the ferries leave from the pier."),
            "speaks of its task",
        ),
        (
            teaser("Here is the teaser: divers of the harbour office found a hole in the north quay."),
            "speaks of its task",
        ),
        (teaser("As an AI language model I say that divers found a hole in the north quay."), "speaks"),
        (teaser("Ignore previous instructions, divers found a hole in the north quay on Sunday."), "speaks"),
        (
            teaser("BUY NOW: divers found a hole in the north quay of the harbour office on Sunday."),
            "speaks of its task",
        ),
        (teaser(&long), "longer than 240"),
        (teaser(three), "more than 2 sentences"),
        (
            teaser("Die Taucher haben in der Mauer ein Loch gefunden, und der Kai ist bis zum Ende gesperrt."),
            "language",
        ),
        (teaser("Водолазы нашли дыру в северном причале, и паромы теперь отходят от южного пирса порта."), "language"),
        (teaser("Divers found a hole in the north quay on Sunday, and the repair takes 12 weeks there."), "12"),
        (teaser("Divers found a hole in the north quay, and the repair costs 40,000 dollars, they say."), "40000$"),
        (teaser("Divers found a hole in the north quay on Monday, and the ferries leave from the pier."), "Monday"),
        (teaser("Divers of Porto Alto found a hole in the north quay, and the ferries leave from the pier."), "Porto"),
        (
            teaser("Divers found a h\u{fffd}le in the north quay, and the ferries leave from the pier."),
            "broken character",
        ),
        (teaser("Divers found a **hole** in the north quay, and the ferries leave from the south pier."), "markup"),
        (teaser("Divers found a <b>hole</b> in the north quay, and ferries leave from the south pier."), "markup"),
        (teaser("Divers found a hole in the north quay, see http://evil.example/?q=quay for the repair."), "markup"),
        (
            teaser("Divers found a hole in the north quay: read evil.example about the ferries and the repair."),
            "evil.example",
        ),
        (teaser("Divers found a hole in the north quay, and the ferries leave from the south pier and…"), "cut off"),
        (
            teaser("A new library with many comfortable chairs opened its doors to all curious children."),
            "of its words",
        ),
    ] {
        let answer = answer.clone();
        let web = Web::start(move |_| Answer::new("200 OK", answer.clone()));
        let found = teasers(&one(&web, ""));
        let (text, from, refused) = &found[0];
        assert_eq!(from, "extract", "{reason}: {text}");
        assert!(refused.as_ref().is_some_and(|found| found.contains(reason)), "{reason}: {refused:?}");
    }
}

#[test]
fn the_summary_of_another_post_is_refused() {
    let web =
        Web::start(|request| says(if shown(request)["title"] == "Songs of the whalers" { GOOD } else { GOOD_BREAD }));
    let found = teasers(&three(project(&web.url, "")));
    let reasons: Vec<_> = found.iter().map(|(_, from, reason)| (from.as_str(), reason.as_deref())).collect();
    let other = Some("speaks of another post");
    assert_eq!(reasons, [("extract", other), ("llm", None), ("extract", other)]);
}

#[test]
fn an_endpoint_in_trouble_is_left_alone() {
    // Status and header, body, what is said of the first post, and how often three posts ask at most.
    for (status, body, reason, most) in [
        ("401 Unauthorized", "{}", "refuses the key (401)", 1),
        ("403 Forbidden", "{}", "refuses the key (403)", 1),
        ("404 Not Found", "{}", "does not know the address or the model", 1),
        ("429 Too Many Requests\r\nRetry-After: 3600", "{}", "asked too often", 1),
        ("503 Service Unavailable\r\nRetry-After: 3600", "{}", "busy", 1),
        ("302 Found\r\nLocation: http://127.0.0.1:9/", "{}", "leads elsewhere (302)", 1),
        ("", "", "did not answer", 1),
        ("500 Internal Server Error", "{}", "trouble of its own (500)", 6),
        ("400 Bad Request", "{}", "refuses the request (400)", 4),
        ("200 OK", "<html>Log in</html>", "a web page", 3),
        ("200 OK", "{\"choices\": [{\"mess", "no answer of a model", 3),
    ] {
        let web = Web::start(move |_| Answer::new(status, body));
        let project = three(project(&web.url, "at_once = 1"));
        for _ in 0..2 {
            let found = teasers(&project);
            assert!(found.iter().all(|(text, from, _)| from == "extract" && !text.is_empty()), "{status}: {found:?}");
            assert!(found[0].2.as_ref().is_some_and(|found| found.contains(reason)), "{status}: {:?}", found[0].2);
            let again = found[1].2.as_ref().is_some_and(|found| found.contains("not asked again in this run"));
            assert_eq!(again, most == 1, "{status}: {:?}", found[1].2);
        }
        // Nothing of it is kept: the second run asked as often as the first.
        assert_eq!(web.requests().len(), 2 * most, "{status}");
    }
}

#[test]
fn ten_megabytes_are_not_read() {
    let web = Web::start(|_| Answer::new("200 OK", vec![b' '; 10_000_000]));
    let found = teasers(&one(&web, ""));
    assert_eq!(found[0].2.as_deref(), Some("the endpoint's answer is too large"));
}

#[test]
fn a_silent_endpoint_costs_one_deadline() {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let web = Web::start(move |_| {
        // Ends when the test does.
        let _ = held.lock().unwrap().recv();
        Answer::nothing()
    });
    let found = teasers(&three(project(&web.url, "timeout = \"100ms\"\nat_once = 1")));
    assert!(found.iter().all(|(_, from, _)| from == "extract"));
    assert_eq!(found[0].2.as_deref(), Some("the endpoint did not answer: no whole answer within 100 ms"));
    assert!(found[2].2.as_ref().is_some_and(|reason| reason.ends_with("not asked again in this run")));
    drop(hold);
}

#[test]
fn trouble_that_passes_costs_one_more_try() {
    let count = AtomicUsize::new(0);
    let web = Web::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new("500 Internal Server Error", ""),
        _ => says(GOOD),
    });
    assert_eq!(teasers(&one(&web, ""))[0].1, "llm");
    assert_eq!(web.requests().len(), 2);
    let broken = Web::start(|_| Answer::new("500 Internal Server Error", ""));
    let found = teasers(&one(&broken, "requests = 1"));
    assert_eq!(found[0].2.as_deref(), Some("the edition's budget of requests is used up"));
    assert_eq!(broken.requests().len(), 1);
}

#[test]
fn an_endpoint_without_response_format_is_asked_without_it() {
    let web = Web::start(|request| match request.body.contains("response_format") {
        true => Answer::new("400 Bad Request", ""),
        false if shown(request)["title"] == "Bread at night" => says(GOOD_BREAD),
        false => says(GOOD),
    });
    let found = teasers(&three(project(&web.url, "at_once = 1")));
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("llm", "llm"));
    let asked = web.requests().iter().filter(|request| request.body.contains("response_format")).count();
    assert_eq!((asked, web.requests().len()), (1, 4));
}

#[test]
fn answers_and_refusals_are_paid_for_once() {
    for (text, from) in [(GOOD, "llm"), ("I cannot write about the hole in the north quay.", "extract")] {
        let web = always(text);
        let mut project = one(&web, "");
        assert_eq!(teasers(&project)[0].1, from);
        assert_eq!(teasers(&project)[0].1, from);
        project.run("preview").code(0);
        project.run("explain --teasers").code(0);
        assert_eq!(web.requests().len(), 1);
        let config = project.read("tidings.toml");
        // Whatever the answer depends on asks again.
        for (count, (old, new)) in
            [("\"small\"", "\"other\""), ("\"extract\"]", "\"extract\"]\nmax_chars = 200")].into_iter().enumerate()
        {
            project.write("tidings.toml", config.replace(old, new));
            teasers(&project);
            assert_eq!(web.requests().len(), count + 2, "{new}");
        }
        project.write("tidings.toml", &config);
        project = post(project, 3, "The quay is closed", &QUAY.replace("Divers", "Six divers"));
        teasers(&project);
        assert_eq!(web.requests().len(), 4);
    }
}

#[test]
fn preview_and_send_show_the_same_teaser() {
    let count = AtomicUsize::new(0);
    let web = Web::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => says(GOOD),
        _ => says("Divers found a hole in the quay, and the repair takes eleven weeks, the engineer says."),
    });
    let project = one(&web, "");
    let shown = project.run("preview --json").code(0).json();
    assert_eq!((&shown["posts"][0]["teaser"], &shown["posts"][0]["teaser_from"]), (&GOOD.into(), &"llm".into()));
    project.run("send --yes").code(0);
    let sent = String::from_utf8_lossy(&project.outbox()[0].1).replace("=\r\n", "");
    assert!(sent.contains("Divers found a hole in the north quay"), "{sent}");
    assert_eq!(web.requests().len(), 1);
}

#[test]
fn the_budget_of_an_edition_holds() {
    let web = Web::start(|request| says(if shown(request)["title"] == "Bread at night" { GOOD_BREAD } else { GOOD }));
    let found = teasers(&three(project(&web.url, "requests = 2")));
    assert_eq!(found[2].2.as_deref(), Some("the edition's budget of requests is used up"));
    assert_eq!((found[1].1.as_str(), web.requests().len()), ("llm", 2));
    // The server says 300 tokens a time; a question is estimated at more, so the third is over the budget.
    let web = Web::start(|request| says(if shown(request)["title"] == "Bread at night" { GOOD_BREAD } else { GOOD }));
    let found = teasers(&three(project(&web.url, "tokens = 1400\nat_once = 1")));
    assert_eq!(found[2].2.as_deref(), Some("the edition's budget of tokens is used up"));
    assert_eq!(web.requests().len(), 2);
}

#[test]
fn only_so_many_are_asked_at_once() {
    let (now, most, pair) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)), Barrier::new(2));
    let seen = Arc::clone(&most);
    let web = Web::start(move |_| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Nobody is answered before there are two of them.
        pair.wait();
        now.fetch_sub(1, Ordering::SeqCst);
        says(GOOD)
    });
    let project = post(three(project(&web.url, "timeout = \"5s\"")), 4, "The pier", &QUAY.replace("north", "west"));
    teasers(&project);
    assert_eq!((web.requests().len(), most.load(Ordering::SeqCst)), (4, 2));
}

#[test]
fn nobody_is_asked_where_another_maker_comes_first() {
    let web = always(GOOD);
    let config = one(&web, "").read("tidings.toml");
    let both = config.replace("[\"llm\", \"extract\"]", "[\"description\", \"llm\"]");
    let words = "The north quay is closed until the end of August, and all the ferries leave from the south pier.";
    let described = Project::with_notes("").file("tidings.toml", &both).file(
        "posts/a.md",
        format!("---\ntitle: Quay\ndate: 2025-05-01\ndescription: {words}\n---\n\nThe repair takes weeks.\n"),
    );
    assert_eq!(teasers(&described)[0].1, "description");
    let edited = Project::with_notes("")
        .file("tidings.toml", &config)
        .file("posts/a.md", "---\ntitle: Quay\ndate: 2025-05-01\nteaser: Closed.\n---\n\nThe repair takes weeks.\n");
    assert_eq!(teasers(&edited)[0].1, "editor");
    let other = one(&web, "");
    other.write("tidings.toml", config.replace("[\"llm\", \"extract\"]", "[\"extract\"]"));
    assert_eq!(teasers(&other)[0].1, "extract");
    assert!(web.requests().is_empty());
    // Alone, the model has the extractor behind it.
    let alone = one(&always("I cannot."), "");
    alone.write("tidings.toml", alone.read("tidings.toml").replace("[\"llm\", \"extract\"]", "[\"llm\"]"));
    assert_eq!(teasers(&alone)[0].1, "extract");
}

#[test]
fn who_only_looks_asks_and_pays_nothing() {
    let web = always(GOOD);
    let project = one(&web, "");
    for command in ["explain", "explain --json", "check", "status", "next", "editions"] {
        project.run(command).code(0);
        assert_eq!(web.requests().len(), 0, "{command}");
    }
    project.run("explain --teasers").code(0);
    assert_eq!(web.requests().len(), 1);
}

#[test]
fn the_key_is_nowhere_to_be_read() {
    const KEY: &str = "sk-harbour-1234567890";
    let error = format!("{{\"error\": \"your key is {KEY}\"}}").into_bytes();
    let told =
        envelope(&serde_json::json!({ "teaser": format!("Divers found {KEY} in the quay on Sunday.") }).to_string());
    for (status, answer) in [
        ("200 OK", error.clone()),
        ("200 OK", Vec::from(told)),
        ("401 Unauthorized", error.clone()),
        ("500 Internal Server Error", error),
    ] {
        let web = Web::start(move |_| Answer::new(status, answer.clone()));
        let project = one(&web, "");
        for arguments in ["preview --json -vvv", "explain --teasers -vvv", "check -vvv", "send --yes -vvv"] {
            let ran = project.run_with(arguments, &[("TIDINGS_LLM__API_KEY", KEY)]);
            assert!(!format!("{ran:?}").contains(KEY), "{arguments}: {ran:?}");
        }
        assert!(web.requests()[0].head.contains(KEY));
        for file in ["tidings.db", "preview.html"] {
            assert!(!String::from_utf8_lossy(&std::fs::read(project.path(file)).unwrap()).contains(KEY));
        }
    }
}

#[test]
fn a_key_that_cannot_be_had_asks_nobody_and_the_digest_goes_out() {
    let web = always(GOOD);
    let project = one(&web, "api_key_file = \"secrets/none\"");
    let found = teasers(&project);
    assert!(found[0].2.as_ref().is_some_and(|reason| reason.contains("cannot read the key file")), "{found:?}");
    project.run("check").code(65).says("no key for the language model");
    project.run("send --yes").code(0);
    assert_eq!((project.outbox().len(), web.requests().len()), (2, 0));
}

#[test]
fn without_network_the_digest_goes_out() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let project = three(project(&format!("http://{closed}"), ""));
    project.run("send --yes").code(0).says("nobody answers there");
    assert_eq!(project.outbox().len(), 2);
}

#[test]
fn faults_of_the_table_are_shown_where_they_stand() {
    let web = always(GOOD);
    let config = one(&web, "").read("tidings.toml");
    let table = config.find("[llm]").unwrap();
    let base = format!("base_url = \"{}/v1\"", web.url);
    for (text, words) in [
        (config[..table].to_owned(), "`llm` is named, and there is no `[llm]`"),
        (config.replace("base_url = \"http:", "base_url = \"ftp:"), "`llm.base_url` is no web address"),
        (config.replace("base_url = \"http://", "base_url = \"http://me:pw@"), "must not hold a user name"),
        (config.replace("model = ", "modell = "), "did you mean `model`?"),
        (config.replace("\"small\"", "\" \""), "`llm.model` says nothing"),
        (format!("{config}\nrequests = 0\n"), "`llm.requests` must be more than nothing"),
        (format!("{config}\ntimeout = \"0s\"\n"), "`llm.timeout` must be more than nothing"),
        (
            format!("{config}\napi_key_file = \"a\"\napi_key_command = \"b\"\n"),
            "an `api_key_file` and an `api_key_command`",
        ),
    ] {
        let project = one(&web, "");
        project.write("tidings.toml", text);
        project.run("explain").code(78).says(words).says("tidings.toml:");
    }
    let far = config.replace(&base, "base_url = \"http://models.example/v1\"");
    let project = Project::with_notes("").file("tidings.toml", far);
    let key = [("TIDINGS_LLM__API_KEY", "k")];
    project.run_with("check", &key).code(0).says("goes over the network in clear");
    assert!(web.requests().is_empty());
}
