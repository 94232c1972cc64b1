//! Groups of commands, and envelopes that go with the message before.

use super::*;

#[tokio::test]
async fn one_round_trip_a_message_where_the_server_takes_groups() {
    let sink = SmtpSink::start();
    let mut session = plain(&sink).await;
    assert_eq!(six(&mut session).await, ["sent"; 6]);
    session.close().await;
    let transcript = sink.transcript();
    // The first message shows that the server takes groups, the last has none after it.
    let together = transcript.iter().filter(|line| *line == "C: more with the message").count();
    assert_eq!(together, 4, "{transcript:#?}");
    assert_eq!(sink.messages().len(), 6);
    assert_eq!(sink.connections(), 1, "{transcript:#?}");
    assert!(sink.messages().iter().enumerate().all(|(number, message)| message.data == numbered(number).octets));
}

#[tokio::test]
async fn an_envelope_that_went_ahead_and_is_not_wanted_ends_the_connection() {
    let sink = SmtpSink::start();
    let mut session = plain(&sink).await;
    for (number, next) in [(0, None), (1, Some(2)), (3, None)] {
        let next = next.map(numbered);
        assert_eq!(kind(&session.deliver(&numbered(number), next.as_ref()).await), "sent");
    }
    let received: Vec<_> = sink.messages().into_iter().map(|message| message.data).collect();
    assert_eq!(received, [0, 1, 3].map(|number| numbered(number).octets));
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn a_server_that_loses_what_comes_with_a_message_is_asked_one_by_one() {
    // It reads nothing more once it has answered a message.
    let sink = SmtpSink::scripted(|event| (event.stage == Stage::Mail && event.nth == 2).then_some(Act::Stall));
    let mut session = plain(&sink).await;
    session.deadlines.ahead = Duration::from_millis(50);
    assert_eq!(six(&mut session).await, ["sent"; 6]);
    assert_eq!((sink.connections(), sink.messages().len()), (2, 6));
    assert!(!session.can_pipeline());
}

#[tokio::test]
async fn a_cap_on_messages_is_learnt() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let sink = SmtpSink::scripted(move |event| {
        use std::sync::atomic::Ordering::Relaxed;
        match event.stage {
            Stage::Greeting => count.store(0, Relaxed),
            Stage::End => _ = count.fetch_add(1, Relaxed),
            Stage::Mail if count.load(Relaxed) == 2 => return Some(Act::Last("421 4.7.0 enough".into())),
            _ => {}
        }
        None
    });
    let mut session = plain(&sink).await;
    for round in 0..3 {
        assert_eq!(six(&mut session).await, ["sent"; 6], "{round}");
    }
    assert_eq!((session.max_messages(), sink.messages().len()), (Some(2), 18));
    // Twice it learnt; from then on it says QUIT itself.
    let refused = sink.transcript().iter().filter(|line| line.contains("421")).count();
    assert_eq!(refused, 2);
    session.close().await;
    let mut wise = Session::open(&relay(&sink, Tls::None), deadlines(), Some(2)).await.unwrap();
    assert_eq!(six(&mut wise).await, ["sent"; 6]);
    wise.close().await;
    assert_eq!(sink.transcript().iter().filter(|line| line.contains("421")).count(), 2);
}

#[tokio::test]
async fn a_message_to_nobody_is_ended_where_the_server_waits_for_it() {
    let sink = SmtpSink::scripted(|event| match (event.stage, event.nth) {
        (Stage::Rcpt, 0) => Some("550 5.1.1 nobody".into()),
        (Stage::Idle, _) => Some("354 go ahead all the same".into()),
        _ => None,
    });
    let mut session = plain(&sink).await;
    assert_eq!(kind(&session.deliver(&numbered(0), None).await), "bounced");
    assert_eq!(kind(&session.deliver(&numbered(1), None).await), "sent");
    assert_eq!((sink.connections(), sink.messages().len()), (1, 1), "{:#?}", sink.transcript());
}

#[tokio::test]
async fn who_comes_after_a_refused_message_is_not_refused_with_it() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    for ehlo in ["250 sink.example", "250-sink.example\r\n250 PIPELINING"] {
        // Postfix does so where `smtpd_end_of_data_restrictions` refuse: the envelope stays until RSET.
        let keeps = AtomicBool::new(false);
        let sink = SmtpSink::scripted(move |event| match event.stage {
            Stage::Ehlo => Some(ehlo.into()),
            Stage::End if event.nth == 2 => {
                keeps.store(true, Relaxed);
                Some("450 4.7.1 not now".into())
            }
            Stage::Rset | Stage::Greeting => {
                keeps.store(false, Relaxed);
                None
            }
            Stage::Mail if keeps.load(Relaxed) => Some("503 5.5.1 nested MAIL command".into()),
            Stage::Idle if event.line.starts_with("RCPT") => Some("250 2.1.5 ok".into()),
            Stage::Idle => Some("354 go ahead".into()),
            _ => None,
        });
        let mut session = plain(&sink).await;
        let found = six(&mut session).await;
        assert_eq!(found, ["sent", "sent", "deferred", "sent", "sent", "sent"], "{:#?}", sink.transcript());
        assert_eq!(sink.messages().len(), 5);
    }
}

#[tokio::test]
async fn a_sender_that_is_refused_blames_nobody_but_who_asks_for_smtputf8() {
    for (needs_smtputf8, expect) in [(false, "us"), (true, "bounced")] {
        let sink = once(Stage::Mail, "550 5.6.7 not here");
        let message = Message { needs_smtputf8, ..numbered(0) };
        assert_eq!(kind(&plain(&sink).await.deliver(&message, None).await), expect);
    }
}
