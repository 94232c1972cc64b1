//! Who gets the mail: addresses, their state, and the CSV they come in.

mod address;
mod audience;
mod csv_file;
mod record;

pub use address::{Address, mask};
pub use audience::Audience;
pub use csv_file::{BadRow, SubscriberRow, is_tag as is_language, rows, write_csv};
pub use record::{Status, Subscriber, plain_name};
