//! What a user of Tidings can do, tried from outside.

mod world {
    pub mod sink;
}

#[test]
fn the_sink_takes_a_message() {
    use std::io::{Read as _, Write as _};
    let sink = world::sink::SmtpSink::start();
    let mut client = std::net::TcpStream::connect(sink.url().trim_start_matches("smtp://")).unwrap();
    client
        .write_all(b"HELO us\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n")
        .unwrap();
    client.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(sink.messages()[0].data, b".x\r\n");
    assert_eq!(sink.messages()[0].to, ["c@d.example"]);
}
