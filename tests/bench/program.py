"""What the scripts here share: build the programs, run one to its end and see what it used, keep servers beside it."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The posts are older and the clock stands still, so that every run in every year selects the same.
NOW = "2026-11-22T08:00:00Z"


def build(*examples):
    """Builds the program and examples, and says where they are, by their names."""
    built = {}
    # On its own, so that it is the program that people get: what tests need would turn on features of its crates.
    for wanted in [("--bin", "tidings"), *(("--example", name) for name in examples)]:
        command = ["cargo", "build", "--release", *wanted, "--message-format=json-render-diagnostics"]
        said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        made = (json.loads(line).get("executable") for line in said.splitlines() if line.startswith("{"))
        built |= {Path(path).name: path for path in made if path}
    return built


def tidings(program, project, *verb):
    """The command line that does `verb` in `project`."""
    return [program, "--config", str(project / "tidings.toml"), "--now", NOW, *verb]


class Usage:
    """What a process used: wall seconds, processor seconds, and the peak memory in MB that the system counted."""

    def __init__(self, started, seconds, usage):
        self.started, self.seconds = started, seconds
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def run(command, folder, beside=None, ends_well=(0,)):
    """Runs a command to its end; `beside` is called with the process while it runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIDINGS_")}
    with open(folder / "said", "wb") as said:
        started, begun = time.time(), time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        watcher = threading.Thread(target=beside, args=(process,)) if beside else None
        if watcher:
            watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
    used = Usage(started, time.monotonic() - begun, usage)
    process.returncode = os.waitstatus_to_exitcode(status)
    if watcher:
        watcher.join()
    if process.returncode not in ends_well:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{(folder / 'said').read_text()}")
    return used


class Server:
    """One of our servers while it runs."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def counts(self):
        """What a sink counted since it was last asked."""
        self.process.stdin.write("\n")
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def forget(project):
    """Removes what earlier runs left: the store, the messages."""
    for path in project.glob("tidings.db*"):
        path.unlink()
    shutil.rmtree(project / "outbox", ignore_errors=True)


def median(values):
    return statistics.median(list(values))
