//! Messages to a program on its standard input, as every `sendmail` takes them.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::{
    blame::{Blame, Phase},
    outcome::{Error, Outcome},
    rejection::Rejection,
    reply::Reply,
    smtp::reply::to_printable,
};
use crate::{diagnostic::Diagnostic, message::Message};

/// A program that queues a message takes moments; one that delivers it takes minutes (RFC 5321 4.5.3.2.6).
const EXIT_TIMEOUT: Duration = Duration::from_secs(600);

/// So long the complaints of a program that has ended are waited for.
const OUTPUT_TIMEOUT: Duration = Duration::from_millis(200);

/// Looks whether the program is there.
pub(super) fn open(program: &Path) -> Result<PathBuf, Error> {
    match std::fs::metadata(program) {
        Ok(found) if found.is_file() && found.permissions().mode() & 0o111 != 0 => Ok(program.to_owned()),
        _ => Err(Error::Refused(
            Diagnostic::new(format!("`{}` is not a program", program.display()))
                .hint("`smtp.url` names it as `sendmail:/usr/sbin/sendmail`"),
        )),
    }
}

/// Runs the program once for one message; `-i` so that a line with a dot does not end it.
pub(super) async fn deliver(program: &Path, message: &Message) -> Outcome {
    let child = Command::new(program)
        .args(["-i", "-f", &message.return_path, "--", message.recipient.as_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let handed_over = &mut false;
    let outcome = match child {
        Ok(child) => timeout(EXIT_TIMEOUT, talk(child, &message.octets, handed_over)).await,
        Err(why) => return Outcome::Unreached(format!("cannot run `{}`: {why}", program.display())),
    };
    match outcome {
        Ok(Some(outcome)) => outcome,
        _ if *handed_over => {
            Outcome::InDoubt(format!("`{}` took the message and did not say how it ended", program.display()))
        }
        _ => Outcome::Cut(format!("`{}` did not take the message", program.display())),
    }
}

/// Writes the message and reads the complaints at the same time, so that neither side waits for the other.
async fn talk(mut child: Child, octets: &[u8], handed_over: &mut bool) -> Option<Outcome> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let mut said = Vec::new();
    let write = async {
        // The program expects the line ends of its own machine.
        let local = line_feeds(octets);
        let mut stdin = stdin?;
        stdin.write_all(&local).await.ok()?;
        stdin.shutdown().await.ok()?;
        *handed_over = true;
        Some(())
    };
    let read = async {
        let mut stderr = stderr?;
        let _ = (&mut stderr).take(4096).read_to_end(&mut said).await;
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        Some(())
    };
    // A program that goes on delivering in the background keeps its standard error open: its exit counts.
    let ended = async {
        let (written, status) = tokio::join!(write, child.wait());
        Some((written, status.ok()?.code()?))
    };
    let (written, code) = {
        tokio::pin!(read);
        tokio::pin!(ended);
        tokio::select! {
            ended = &mut ended => {
                let _ = timeout(OUTPUT_TIMEOUT, read).await;
                ended
            }
            _ = &mut read => ended.await,
        }
    }?;
    if code == 0 && written.is_none() {
        return Some(Outcome::Cut("the program ended before it had read the message".to_owned()));
    }
    let first = said.split(|octet| *octet == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    Some(verdict(code, to_printable(first)))
}

fn line_feeds(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len());
    for (at, octet) in octets.iter().enumerate() {
        if *octet != b'\r' || octets.get(at + 1) != Some(&b'\n') {
            lines.push(*octet);
        }
    }
    lines
}

/// Judges an exit code by `sysexits.h`.
fn verdict(code: i32, said: String) -> Outcome {
    let text = if said.is_empty() && code != 0 { format!("exit code {code}") } else { said };
    let reply = |enhanced| Reply { code: 0, enhanced, text: text.clone() };
    Outcome::Rejected(match code {
        0 => return Outcome::Sent(reply(None)),
        65 => Rejection::new(Phase::End, reply(Some((5, 6, 0)))),
        67 => Rejection::new(Phase::End, reply(Some((5, 1, 1)))),
        68 => Rejection::new(Phase::End, reply(Some((5, 1, 2)))),
        // Wrong arguments, no permission, a broken set-up: the same for every message.
        64 | 72 | 76..=78 | 126 | 127 => {
            Rejection::known(Blame::Us, Some("run the program of `smtp.url` by hand"), reply(None))
        }
        _ => Rejection::known(Blame::Peer, None, reply(None)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::transport::tests::message;
    use std::fs;

    async fn run(script: &str, octets: &str) -> (Outcome, PathBuf, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("sendmail");
        fs::write(&program, format!("#!/bin/sh\ncd {}\n{script}\n", folder.path().display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut outcome = deliver(&open(&program).unwrap(), &message(octets)).await;
        // Another test that starts a program at this moment holds our file open for writing.
        while matches!(&outcome, Outcome::Unreached(why) if why.contains("busy")) {
            outcome = deliver(&program, &message(octets)).await;
        }
        (outcome, folder.path().join("taken"), folder)
    }

    #[tokio::test]
    async fn the_program_gets_the_message_with_its_own_line_ends() {
        let (outcome, taken, _folder) = run("echo \"$@\" >taken; cat >>taken", "Subject: x\r\n\r\n.\r\ny\r\n").await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
        let expect = "-i -f bounce@harbour.example -- ana@lisbon.example\nSubject: x\n\n.\ny\n";
        assert_eq!(fs::read_to_string(taken).unwrap(), expect);
    }

    #[tokio::test]
    async fn exit_codes_are_classified() {
        let outcome = run("cat >/dev/null; echo no such user >&2; exit 67", "x").await.0;
        let fault =
            |outcome: &Outcome| if let Outcome::Rejected(one) = outcome { Some(one.meaning.blame) } else { None };
        assert_eq!(fault(&outcome), Some(Blame::Reader), "{outcome:?}");
        assert_eq!(fault(&run("cat >/dev/null; exit 75", "x").await.0), Some(Blame::Peer));
        assert_eq!(fault(&run("exit 78", &"x".repeat(300_000)).await.0), Some(Blame::Us));
        assert!(matches!(run("cat >/dev/null; kill -9 $$", "x").await.0, Outcome::InDoubt(_)));
        let chatty = run("yes | head -c 300000 >&2; cat >/dev/null", &"x".repeat(300_000)).await.0;
        assert!(matches!(chatty, Outcome::Sent(_)), "{chatty:?}");
    }

    #[tokio::test]
    async fn a_program_that_goes_on_in_the_background_has_ended() {
        let outcome = run("cat >/dev/null; sleep 60 & exit 67", "x").await.0;
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_message_that_was_not_read_was_not_sent() {
        let outcome = run("exec 0<&-; exit 0", &"x".repeat(300_000)).await.0;
        assert!(matches!(outcome, Outcome::Cut(_)), "{outcome:?}");
    }

    #[test]
    fn a_missing_program_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(open(file.path()), Err(Error::Refused(_))));
        assert!(matches!(open(Path::new("/nowhere/sendmail")), Err(Error::Refused(_))));
    }
}
