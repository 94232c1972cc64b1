//! The pages of a project, as `run --web-only` serves them, and a client that says exactly what a test tells it to.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Child,
    time::{Duration, Instant},
};

use crate::project::Project;

/// A running program that serves the pages of a project; it ends when it is dropped.
pub struct Site {
    pub address: SocketAddr,
    child: Child,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// In lower case, one field a line.
    pub head: String,
    pub body: String,
    /// The head as it was said.
    pub said: String,
}

impl Site {
    pub fn start(project: &Project) -> Self {
        Self::start_as(project, "run --web-only")
    }

    pub fn start_as(project: &Project, command: &str) -> Self {
        // Free a moment ago; the tests beside this one ask the system for other ports.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = project.start_with(command, &[("TIDINGS_WEB__LISTEN", &address.to_string())]);
        let mut site = Self { address, child };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(site.child.try_wait().unwrap().is_none(), "it ended");
            assert!(start.elapsed() < Duration::from_secs(60), "it does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        site
    }

    /// A request with these header lines and this body.
    pub fn ask(&self, method: &str, path: &str, head: &str, body: &str) -> Answer {
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: news.harbour.example\r\nConnection: close\r\n{head}{length}\r\n{body}"
        );
        self.say(request.as_bytes())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.ask("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", form)
    }

    /// Says these octets and hears the answer to the end of the connection.
    pub fn say(&self, octets: &[u8]) -> Answer {
        let mut stream = self.connect();
        let _ = stream.write_all(octets);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer {
            status,
            head: head.to_lowercase().replace("\r\n", "\n"),
            body: body.to_owned(),
            said: format!("{head}\r\n"),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }
}

impl Answer {
    /// The value of a header field; empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default()
    }

    /// Asserts the status.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.body.contains(words), "no `{words}` in:\n{}", self.body);
        self
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
