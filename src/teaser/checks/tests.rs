use super::{
    super::{PostText, PreviousTeaser, SharedText, TeaserContext, TeaserOptions, tests::post},
    *,
};

/// A body whose sentences are not those of the tests.
const BODY: &str = "The harbour master closed the old wall for a while, and boats moor at the island.";

#[track_caller]
fn check(text: &str, expect: Option<&str>) {
    let post = post("", "");
    let (options, context) = (TeaserOptions::default(), TeaserContext::default());
    assert_eq!(find_defect(text, &TeaserInput::new(&post, &PostText::of(&post), &options, &context)), expect, "{text}");
}

#[test]
fn good_teasers_have_no_defect() {
    for text in [
        "The north quay is closed until May.",
        "By the end of May the whole north quay will be open again for all.",
        "港口从明天起关闭到五月底。",
        "朝の港はとても静かだった。漁船が沖へ出ていった。",
        "Divers found a hole in the wall. It is as wide as a door.",
        "“Nobody swims here,” the warden said.",
        "Die Mole bleibt bis Mai zu, weil Taucher ein Loch fanden.",
        "Le quai reste fermé jusqu’en mai : des plongeurs y ont vu un trou.",
        "El muelle sigue cerrado; los buzos hallaron un agujero.",
        "Причал закрыт до мая: водолазы нашли дыру.",
        "朝の港で ABC DEPOT が開いた。",
        "ท่าเรือปิดจนถึงเดือนพฤษภาคม",
        "बंदरगाह मई के अंत तक बंद है।",
        "iPhones fell into the bay, 40 of them.",
        "Flags of Portugal 🇵🇹 and a family 👩\u{200d}👩\u{200d}👧 stood on the pier.",
    ] {
        check(text, None);
    }
}

#[test]
fn each_row_finds_its_defect() {
    check("", Some("empty"));
    check("– 🎉!", Some("empty"));
    check("The north quay is closed and […]", Some("cut off"));
    check("The <b>north</b> quay is closed.", Some("markup"));
    check("The north\u{200b} quay is closed.", Some("characters that nobody can read"));
    check("The Quay is closed!", Some("only the title again"));
    check("The north quay is closed for these reasons:", Some("announces a list"));
    check("The north quay is closed for the following reasons.", Some("announces a list"));
    check("Boats may moor as listed below.", Some("announces a list"));
    check("Die Gründe sind wie folgt.", Some("announces a list"));
    check("原因如下。", Some("announces a list"));
    check("Subscribe to our newsletter for more of it.", Some("boilerplate"));
    check("LISBON — Divers found a hole in the wall.", Some("a date or a dateline"));
    check("2. Divers found a hole in the wall.", Some("an item of a list"));
    check("DIVERS FOUND A HOLE in the wall.", Some("all in capitals"));
    check("and divers found a hole in the wall.", Some("begins in the middle of a sentence"));
    check("“Divers found a hole in the wall.", Some("a quotation or bracket that is not closed"));
    check("Divers found a hole in the", Some("does not end as a sentence"));
    check("He found a hole in the wall.", Some(DANGLING));
    check(&format!("Divers found {}holes.", "many ".repeat(60)), Some("too long"));
    check("Divers came. Boats left. Nobody spoke.", Some("too many sentences"));
    check("Did the divers find a hole in the old wall?", Some("only a question"));
    check("Why? Who knows?", Some("only a question"));
    check("Who found the hole? Divers did.", None);
}

#[test]
fn a_second_sentence_is_judged_but_for_its_opener() {
    check("Divers found a hole in the wall. But nobody was told.", None);
    check("Divers found a hole in the wall. Subscribe to our newsletter.", Some("boilerplate"));
    check("Divers found a hole in the wall. The quay is closed.", Some("only the title again"));
    check("Divers found a hole in the wall. READ IT ALL NOW AND HERE.", Some("all in capitals"));
}

/// Material of a post with this body, in these surroundings.
fn with(body: &str, context: &TeaserContext<'_>, options: &TeaserOptions, judge: impl Fn(&TeaserInput<'_>)) {
    let post = post("", body);
    judge(&TeaserInput::new(&post, &PostText::of(&post), options, context));
}

#[test]
fn short_is_what_leaves_out_more() {
    let judged = |text: &'static str, body: &str, max_chars, expect: Option<&'static str>| {
        let options = TeaserOptions { max_chars, ..TeaserOptions::default() };
        with(body, &TeaserContext::default(), &options, |input| {
            assert_eq!(find_defect(text, input), expect, "{text}");
            assert_eq!(find_hard_defect(text, input), None);
        });
    };
    judged("Divers found a hole.", BODY, 240, Some("too short"));
    judged("Divers found a hole.", "Divers found a hole.", 240, None);
    judged("Divers found a hole.", "", 240, None);
    judged("Divers found a hole.", BODY, 30, None);
    judged("Divers found a hole in the wall that nobody had seen for a year.", BODY, 240, None);
    judged("码头关闭了。", "潜水员星期天在码头发现了一个洞，修理要到五月底。", 240, Some("too short"));
    judged("潜水员星期天在码头发现了一个洞，修理要到五月底。", "码头关闭了。", 240, None);
}

#[test]
fn what_stands_around_counts() {
    let told = [PreviousTeaser::of("Divers found a hole in the wall on Sunday.")];
    let context = TeaserContext { earlier: &told, ..TeaserContext::default() };
    let options = TeaserOptions::default();
    with("", &context, &options, |input| {
        let same = Some("the same as the teaser of an earlier post");
        assert_eq!(find_defect("Divers found a hole in the wall on a Sunday.", input), same);
        assert_eq!(find_defect("The ferry sails again on Sundays.", input), None);
    });
    let posts: Vec<_> = (0..3).map(|n| post("", &format!("<p>Story {n}. We love all boats.</p>"))).collect();
    let common = SharedText::of(&posts);
    let context = TeaserContext { shared: Some(&common), ..TeaserContext::default() };
    with("", &context, &options, |input| {
        assert_eq!(find_defect("We love all boats.", input), Some("in many posts of this source"));
        assert_eq!(find_defect("Divers left. We love all boats.", input), Some("in many posts of this source"));
        assert_eq!(find_defect("We love most boats.", input), None);
    });
}

#[test]
fn the_language_is_that_of_the_post() {
    with(&format!("<p>{BODY}</p>"), &TeaserContext::default(), &TeaserOptions::default(), |input| {
        let german = "Die Taucher haben am Sonntag ein Loch in der Mole gefunden.";
        assert_eq!(find_defect(german, input), Some("not in the post's language"));
        assert_eq!(find_defect("Водолазы нашли дыру в старом причале.", input), Some("not in the post's language"));
        assert_eq!(find_defect("Divers of the Taucherclub Hafen found a hole in the old north wall.", input), None);
    });
}

#[test]
fn sentences_tell_a_dangling_opener_last() {
    with("", &TeaserContext::default(), &TeaserOptions::default(), |input| {
        assert_eq!(find_sentence_defect("It is as wide as a door.", input), Some(DANGLING));
        assert_eq!(find_sentence_defect("It is as wide as", input), Some("does not end as a sentence"));
        assert_eq!(find_sentence_defect("Divers left.", input), None);
        assert_eq!(find_sentence_defect("Why?", input), None);
    });
}
