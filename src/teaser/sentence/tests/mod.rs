//! Golden files of eight languages, single cases of the others, and what no text may do to the splitter.

mod cases;
mod golden;
mod held_out;
mod robustness;
mod scripts;
