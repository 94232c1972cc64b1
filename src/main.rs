//! The binary: all of it stands in the library.

fn main() -> std::process::ExitCode {
    tidings::run_program()
}
