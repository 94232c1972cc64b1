//! How fast an edition is laid out: `cargo bench --bench layout [-- --seconds FILE.mjml]`
//!
//! Printed is the median of a full render (Tera, MJML, text) of an edition of twenty posts, for each layout. With a
//! file, that MJML document alone, as `tidings render` lays it out, in seconds: `tests/bench/layout` reads it.

mod edition;

use std::{hint::black_box, path::PathBuf, time::Instant};

use edition::edition;
use tidings::render::{Templates, mjml_file, render};

const LAYOUTS: [&str; 4] = ["classic", "cards", "plain", "brief"];

/// Measures and prints.
pub fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--seconds") {
        let file = PathBuf::from(arguments.get(at + 1).map(String::as_str).unwrap_or_default());
        let seconds = median(300, || mjml_file(&file, None).map(drop))?;
        println!("{seconds}");
        return Ok(());
    }
    for layout in LAYOUTS {
        let edition = edition(20, layout, 40)?;
        let size = render(&edition, &Templates::built_in())?.html.len();
        let seconds = median(200, || render(&edition, &Templates::built_in()).map(drop))?;
        println!("{layout:<8} 20 posts, {size:>6} octets of HTML {:>6.2} ms", seconds * 1e3);
    }
    Ok(())
}

/// The median of so many runs, after a tenth of them to warm up; seconds.
fn median<E>(runs: usize, mut run: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let mut times = Vec::with_capacity(runs);
    for number in 0..runs + runs / 10 {
        let start = Instant::now();
        black_box(run())?;
        if number >= runs / 10 {
            times.push(start.elapsed().as_secs_f64());
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
