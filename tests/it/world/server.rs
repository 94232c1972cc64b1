//! A real server: a program that serves until the test ends, however it ends.

// Each test uses what it needs of it.
#![allow(dead_code)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Runs the program as the head of a group of its own. The shell reads from a pipe whose other end is ours: it closes
/// when the server is dropped, and also when the test is killed, and then the whole group is told to end.
const WATCH: &str = r#"
    log=$1; shift
    setsid "$@" </dev/null >>"$log" 2>&1 &
    cat >/dev/null
    kill -s KILL -- -$! && wait $!
"#;

/// How long a server may take for anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program and all that it started; it ends when it is dropped.
pub struct Server {
    watch: Child,
}

impl Server {
    /// Starts `command`, a program and its arguments; what it says goes to the end of the file `log`.
    pub fn start(command: &[&str], log: &Path) -> Self {
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(log).args(command);
        Self { watch: watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// Says whether a test can have these programs, as root. Where it cannot, it says in one line what is missing, and the
/// test is to end; where nothing may be missing, as in `.ci/run`, it fails.
#[must_use]
pub fn can_have(programs: &[&str]) -> bool {
    let mut missing: Vec<&str> = programs.iter().copied().filter(|program| find(program).is_none()).collect();
    if fs::metadata("/proc/self").map_or(1, |own| own.uid()) != 0 {
        missing.push("the rights of root");
    }
    if missing.is_empty() {
        return true;
    }
    let line = format!("not there: {}", missing.join(", "));
    assert!(std::env::var_os("TIDINGS_TEST_ALL").is_none(), "{line}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Straight to the stream: what the macros print is kept back where a test passes.
    let _ = writeln!(std::io::stderr(), "skipped {test}: {line}");
    false
}

/// Where a program is; those for root are not always on the path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default()
        + ":/usr/sbin:/usr/lib/postfix/sbin:/usr/libexec/postfix:/usr/lib/dovecot";
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Waits until something holds; fails with the end of `log` where it does not come.
#[track_caller]
pub fn until(what: &str, log: &Path, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > PATIENCE {
            panic!("{what}: it never came\n{}", fs::read_to_string(log).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Makes a folder that belongs to a user and a group of the system.
pub fn folder_of(path: &Path, (user, group): (&str, &str), mode: u32) {
    fs::create_dir_all(path).unwrap();
    chown(path, Some(number("/etc/passwd", user)), Some(number("/etc/group", group))).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The number of a user or group: the third field of its line.
pub fn number(file: &str, name: &str) -> u32 {
    let lines = fs::read_to_string(file).unwrap();
    let line = lines.lines().find(|line| line.split(':').next() == Some(name));
    let field = line.and_then(|line| line.split(':').nth(2)).unwrap_or_else(|| panic!("no {name} in {file}"));
    field.parse().unwrap()
}
