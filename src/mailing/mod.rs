//! From an edition to mail on its way: the second of the two acts.

mod deliver;
mod dispatcher;
mod operator_mail;
mod publish;
mod rejections;
mod report;
mod settlement;
mod subscriber_file;
mod test_send;
mod worker;

pub use deliver::{SendContext, deliver};
pub use operator_mail::{NotSent, send_to_operators};
pub use publish::publish;
pub use report::{SendReport, StopReason};
pub use subscriber_file::{ImportReport, SubscriberFileError, import_subscribers, sync_subscribers};
pub use test_send::{TestOutcome, TestResult, TestSendError, send_test, subscriber_or_stranger};
