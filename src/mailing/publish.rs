//! Freezes an edition together with the plan of who gets it.

use crate::{
    edition::Edition,
    render::Variants,
    store::{self, FrozenEdition, PublishOptions, Store},
    subscriber::Audience,
};

/// Freezes an edition and plans its deliveries, in one transaction.
///
/// # Errors
/// When the store cannot be written.
pub async fn publish(
    store: &Store,
    edition: Edition,
    variants: Variants,
    audience: &Audience,
    start: &PublishOptions<'_>,
) -> Result<FrozenEdition, store::Error> {
    let row = store.publish(&edition, &variants, audience, start).await?;
    Ok(FrozenEdition { row, edition, variants, finished: None })
}
