//! Postfix as a relay: STARTTLS, a login that Dovecot checks, mailboxes of its own, and no way out of this machine.

// Each test uses what it needs of it.
#![allow(dead_code)]

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU16, Ordering},
    time::UNIX_EPOCH,
};

use super::{
    dovecot,
    server::{Server, find, folder_of, number, until},
};
use crate::project::Project;

/// What a test needs to have it.
pub const PROGRAMS: &[&str] = &["postconf", "master", "dovecot", "setsid"];

/// A running Postfix with its Dovecot; they and their folder go when it is dropped.
pub struct Postfix {
    _postfix: Server,
    _dovecot: Server,
    port: u16,
    certificate: String,
    folder: tempfile::TempDir,
}

impl Postfix {
    /// Starts it with more lines for `main.cf`; the later of two lines counts.
    pub fn start(settings: &str) -> Self {
        Self::with_logins("plain login", settings)
    }

    /// The same with these login mechanisms only.
    pub fn with_logins(mechanisms: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        folder_of(root, ("root", "root"), 0o755);
        make_queue(&root.join("queue"));
        folder_of(&root.join("data"), ("postfix", "postfix"), 0o700);
        folder_of(&root.join("mail"), ("nobody", "nogroup"), 0o700);

        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let (certificate, port) = (own.cert.pem(), free_port());
        fs::create_dir(root.join("etc")).unwrap();
        fs::write(root.join("etc/chain.pem"), own.signing_key.serialize_pem() + &certificate).unwrap();
        fs::write(root.join("etc/mailboxes"), MAILBOXES).unwrap();
        fs::write(root.join("etc/master.cf"), MASTER.replace("PORT", &port.to_string())).unwrap();
        let mut main = fs::File::create(root.join("etc/main.cf")).unwrap();
        main.write_all(main_cf(root, settings).as_bytes()).unwrap();
        // Postfix waits until the file is some seconds old, lest somebody is still writing it.
        main.set_modified(UNIX_EPOCH).unwrap();

        let dovecot = dovecot::start(&root.join("dovecot"), mechanisms, &root.join("queue/private/auth"));
        let (master, etc, log) = (find("master").unwrap(), root.join("etc"), root.join("log"));
        let command = [master.to_str().unwrap(), "-s", "-c", etc.to_str().unwrap()];
        let postfix = Server::start(&command, &log);
        until("the port of Postfix", &log, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { _postfix: postfix, _dovecot: dovecot, port, certificate, folder }
    }

    /// A project that sends over it, logged in, to `reader0@readers.example` and so on.
    pub fn project(&self, readers: usize) -> Project {
        let readers: Vec<String> = (0..readers).map(|number| format!("reader{number}@readers.example")).collect();
        self.project_for(&readers)
    }

    /// The same to these addresses.
    pub fn project_for(&self, readers: &[impl AsRef<str>]) -> Project {
        let lines = readers.iter().map(|reader| format!("{}\n", reader.as_ref()));
        let csv = format!("email\n{}", lines.collect::<String>());
        let project = Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", csv);
        let relay = format!(
            "\"smtp://127.0.0.1:{}\"\ntls_ca = \"relay.pem\"\nusername = \"{}\"\npassword_command = \"echo '{}'\"",
            self.port,
            dovecot::USER,
            dovecot::PASSWORD
        );
        let config = project.read("tidings.toml").replace("\"file:outbox\"", &relay);
        project.file("tidings.toml", config).file("relay.pem", &self.certificate)
    }

    /// Puts so many octets of old mail into the mailbox of `full@readers.example`.
    pub fn fill(&self, octets: usize) {
        let file = self.folder.path().join("mail/full");
        fs::write(&file, "old\n".repeat(octets / 4)).unwrap();
        chown(file, Some(number("/etc/passwd", "nobody")), None).unwrap();
    }

    /// The messages in a mailbox, `readers` or `bounces`, once it has so many and the queue is empty.
    #[track_caller]
    pub fn mailbox(&self, name: &str, count: usize) -> Vec<Vec<u8>> {
        let new = self.folder.path().join("mail").join(name).join("new");
        let files = || -> Vec<PathBuf> {
            fs::read_dir(&new).map_or_else(|_| Vec::new(), |all| all.map(|file| file.unwrap().path()).collect())
        };
        until(&format!("{count} messages for {name}"), &self.log_file(), || files().len() >= count && self.is_idle());
        files().iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// What it wrote down so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Nothing is on its way through it.
    fn is_idle(&self) -> bool {
        let queue = self.folder.path().join("queue");
        ["incoming", "active", "incoming"].iter().all(|stage| fs::read_dir(queue.join(stage)).unwrap().next().is_none())
    }
}

/// The folders that Postfix wants to find, as `postfix check` would make them.
fn make_queue(queue: &Path) {
    folder_of(queue, ("root", "root"), 0o755);
    folder_of(&queue.join("pid"), ("root", "root"), 0o755);
    for own in
        ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]
    {
        folder_of(&queue.join(own), ("postfix", "root"), 0o700);
    }
    folder_of(&queue.join("maildrop"), ("postfix", "postdrop"), 0o730);
    folder_of(&queue.join("public"), ("postfix", "postdrop"), 0o710);
}

/// A port below those that the system gives to others, so that nobody takes it before Postfix does.
pub(super) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 2_000).unwrap() * 10;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

fn main_cf(root: &Path, settings: &str) -> String {
    let text = MAIN.replace("ROOT", root.to_str().unwrap());
    let nobody = (number("/etc/passwd", "nobody"), number("/etc/group", "nogroup"));
    let text = text.replace("NOBODY", &nobody.0.to_string()).replace("NOGROUP", &nobody.1.to_string());
    format!("{text}{settings}\n")
}

const MAIN: &str = "\
compatibility_level = 3.6
queue_directory = ROOT/queue
data_directory = ROOT/data
maillog_file = ROOT/log
maillog_file_prefixes = ROOT
myhostname = relay.harbour.example
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
default_transport = error:5.4.4 nothing leaves this machine
in_flow_delay = 0
alias_maps =
local_recipient_maps =
smtpd_tls_chain_files = ROOT/etc/chain.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
virtual_mailbox_domains = readers.example, harbour.example
virtual_mailbox_maps = regexp:ROOT/etc/mailboxes
virtual_mailbox_base = ROOT/mail
virtual_uid_maps = static:NOBODY
virtual_gid_maps = static:NOGROUP
";

/// A mailbox that ends in a stroke is a Maildir, another one a single file.
const MAILBOXES: &str = r"
/^reader[0-9]+@readers\.example$/      readers/
/^full@readers\.example$/              full
/^bounce(\+.*)?@harbour\.example$/     bounces/
";

/// No service runs in a cage, as all run in a folder of our own.
const MASTER: &str = "\
PORT       inet  n       -       n       -       -       smtpd
cleanup    unix  n       -       n       -       0       cleanup
qmgr       unix  n       -       n       300     1       qmgr
tlsmgr     unix  -       -       n       1000?   1       tlsmgr
rewrite    unix  -       -       n       -       -       trivial-rewrite
bounce     unix  -       -       n       -       0       bounce
defer      unix  -       -       n       -       0       bounce
trace      unix  -       -       n       -       0       bounce
verify     unix  -       -       n       -       1       verify
flush      unix  n       -       n       1000?   0       flush
proxymap   unix  -       -       n       -       -       proxymap
smtp       unix  -       -       n       -       -       smtp
error      unix  -       -       n       -       -       error
retry      unix  -       -       n       -       -       error
discard    unix  -       -       n       -       -       discard
virtual    unix  -       n       n       -       -       virtual
anvil      unix  -       -       n       -       1       anvil
scache     unix  -       -       n       -       1       scache
postlog    unix-dgram n  -       n       -       1       postlogd
";
