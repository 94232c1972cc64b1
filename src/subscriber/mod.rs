//! Who gets the mail: addresses, their state, and the CSV they come in.

mod address;
mod audience;
mod columns;
mod csv_file;
mod known_columns;
mod record;

pub use address::{Address, mask};
pub use audience::Audience;
pub use columns::{Column, ReadOptions, SubscriberRow, is_tag as is_language};
pub use csv_file::{BadRow, ReadRow, SubscriberFile, rows, write_csv};
pub use known_columns::Field;
pub use record::{Status, Subscriber, plain_name};
