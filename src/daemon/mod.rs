//! What happens without anybody: what is due is done, and what is wrong is said.

mod troubles;

pub use troubles::{Trouble, troubles};
