//! A project in a folder of its own, and the binary run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A folder that goes when the test ends.
pub struct Project {
    folder: tempfile::TempDir,
    now: String,
    environment: Vec<(String, String)>,
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// An empty folder, at noon of 1 June 2025.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: "2025-06-01T12:00:00Z".to_owned(), environment: Vec::new() }
    }

    /// A project with one folder source `notes`, one digest `weekly`, mail to files, and `extra` after it.
    pub fn with_notes(extra: &str) -> Self {
        Self::new()
            .file(
                "tidings.toml",
                format!(
                    "[publication]\nname = \"Notes\"\nfrom = \"Notes <notes@harbour.example>\"\n\n\
                 [[source]]\nname = \"notes\"\nfolder = \"posts\"\nbase_url = \"https://harbour.example/\"\n\n\
                 [digest.weekly]\nsubject = \"{{{{ posts[0].title }}}}\"\nschedule = \"weekly mon 07:30\"\n\n\
                 [smtp]\nurl = \"file:outbox\"\n\n[web]\npublic_url = \"https://news.harbour.example\"\n\n\
                 [subscribers]\nfile = \"subscribers.csv\"\n\n{extra}\n"
                ),
            )
            .file("subscribers.csv", "email,name\nada@readers.example,Ada\nben@readers.example,Ben\n")
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    /// A Markdown post of the source `notes`.
    pub fn post(self, name: &str, title: &str, date: &str) -> Self {
        let body = format!("The story of {name} is told here in a sentence of its own. It has a second sentence too.");
        self.file(&format!("posts/{name}.md"), format!("---\ntitle: {title}\ndate: {date}\n---\n\n{body}\n"))
    }

    pub fn at(mut self, now: &str) -> Self {
        self.now = now.to_owned();
        self
    }

    pub fn set_clock(&mut self, now: &str) {
        self.now = now.to_owned();
    }

    /// Sets a variable for all runs from here on.
    pub fn environment(&mut self, name: &str, value: impl Into<String>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Asks the store for one text.
    pub fn store(&self, question: &str) -> String {
        use sqlx::Connection as _;
        let url = format!("sqlite:{}", self.path("tidings.db").display());
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut store = sqlx::SqliteConnection::connect(&url).await.unwrap();
            sqlx::query_scalar(sqlx::AssertSqlSafe(question.to_owned())).fetch_one(&mut store).await.unwrap()
        })
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        ran(command)
    }

    /// Runs the binary where new files are open to everybody unless it says otherwise.
    pub fn run_without_umask(&self, arguments: &str) -> Ran {
        self.run_after("umask 000", arguments)
    }

    /// Runs the binary from a shell that does this first.
    pub fn run_after(&self, preparation: &str, arguments: &str) -> Ran {
        let mut command = Command::new("sh");
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env("TIDINGS_NOW", &self.now);
        command.args(["-c", &format!("{preparation}; exec '{}' {arguments}", env!("CARGO_BIN_EXE_tidings"))]);
        ran(command)
    }

    pub fn start(&self, arguments: &str) -> Child {
        self.start_with(arguments, &[])
    }

    pub fn start_with(&self, arguments: &str, environment: &[(&str, &str)]) -> Child {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env("TIDINGS_NOW", &self.now);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments.split_whitespace());
        command
    }

    /// The messages in the outbox, by file name.
    pub fn outbox(&self) -> Vec<(String, Vec<u8>)> {
        files(&self.path("outbox"), "eml")
    }
}

fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The files of a folder with this ending, by name; none where there is no folder.
pub fn files(folder: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert!(all.contains(words), "no `{words}` in:\n{all}");
        self
    }
}
