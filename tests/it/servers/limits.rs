//! What Postfix refuses, for a while or for good, and the rows in which its recipients end.

use super::everyone_has_one;
use crate::world::{
    postfix::{self, Postfix},
    server::can_have,
};

/// Sends to so many readers over a Postfix with these settings, and compares exit code, and how many were sent,
/// deferred, bounced and left pending; whoever was sent to, and nobody else, has the message.
#[track_caller]
fn check(settings: &str, readers: usize, expect: (i32, [usize; 4])) {
    let postfix = Postfix::start(settings);
    let ran = postfix.project(readers).run("send --yes --json");
    let counts = ran.json();
    let found = ["sent", "deferred", "bounced", "pending"].map(|state| counts[state].as_u64().unwrap() as usize);
    assert_eq!((ran.code.unwrap(), found), expect, "{settings}\n{}\n{}", ran.stderr, postfix.log());
    everyone_has_one(&postfix.mailbox("readers", found[0]), found[0]);
}

#[test]
fn a_relay_that_knows_no_extension_but_tls_and_login_takes_an_edition() {
    if can_have(postfix::PROGRAMS) {
        let plain = "smtpd_discard_ehlo_keywords = pipelining, size, 8bitmime, dsn, enhancedstatuscodes, chunking";
        check(plain, 20, (0, [20, 0, 0, 0]));
    }
}

#[test]
fn a_relay_that_takes_fewer_connections_than_we_open_gets_everything() {
    if can_have(postfix::PROGRAMS) {
        check("smtpd_client_connection_count_limit = 2", 20, (0, [20, 0, 0, 0]));
        check("smtpd_client_connection_rate_limit = 2", 20, (0, [20, 0, 0, 0]));
        check("smtpd_client_auth_rate_limit = 2", 20, (0, [20, 0, 0, 0]));
    }
}

#[test]
fn whom_a_busy_relay_puts_off_is_tried_later() {
    if can_have(postfix::PROGRAMS) {
        // 450 4.7.1 at MAIL, and at RCPT; 450 4.7.1 for one reader, as greylisting says it; 452 4.3.1.
        check("smtpd_client_message_rate_limit = 6", 9, (75, [6, 3, 0, 0]));
        check("smtpd_client_recipient_rate_limit = 6", 9, (75, [6, 3, 0, 0]));
        let grey = "smtpd_recipient_restrictions = check_recipient_access regexp:{{/reader3@/ DEFER_IF_PERMIT}}";
        check(grey, 9, (75, [8, 1, 0, 0]));
        check("queue_minfree = 9000000000000000", 3, (75, [0, 3, 0, 0]));
    }
}

#[test]
fn a_message_that_the_relay_finds_too_big_stops_the_run() {
    if can_have(postfix::PROGRAMS) {
        // Before the message, because EHLO says the limit; and at its end, where EHLO does not.
        check("message_size_limit = 5000", 9, (4, [0, 0, 0, 9]));
        check("message_size_limit = 5000\nsmtpd_discard_ehlo_keywords = size", 9, (4, [0, 0, 0, 9]));
    }
}

#[test]
fn a_relay_that_hangs_up_after_a_few_refusals_still_gets_the_others() {
    if can_have(postfix::PROGRAMS) {
        let few = "virtual_mailbox_maps = regexp:{{/reader.?[^5-9]@/ readers/}}\nsmtpd_hard_error_limit = 2";
        check(few, 20, (4, [10, 0, 10, 0]));
    }
}

#[test]
fn hanging_up_on_one_reader_puts_off_or_bounces_only_that_one() {
    if can_have(postfix::PROGRAMS) {
        for (reply, expect) in [("421 4.7.0", (75, [8, 1, 0, 0])), ("521 5.7.1", (4, [8, 0, 1, 0]))] {
            let rule = format!("check_recipient_access regexp:{{{{/reader3@/ {reply} go away}}}}");
            check(&format!("smtpd_recipient_restrictions = {rule}"), 9, expect);
        }
    }
}

#[test]
fn a_refusal_at_the_final_dot_is_nobody_elses() {
    if can_have(postfix::PROGRAMS) {
        let refusing = "smtpd_end_of_data_restrictions = check_recipient_access regexp:{{/reader3@/ DEFER}}";
        check(refusing, 20, (75, [19, 1, 0, 0]));
        check(&format!("{refusing}\nsmtpd_discard_ehlo_keywords = pipelining"), 20, (75, [19, 1, 0, 0]));
    }
}
