//! The tables' history, one file a step, compiled in.

/// What stands in `migrations/sqlite`, in order. The number and the words are the file's name, and a store remembers them.
///
/// A list rather than `sqlx::migrate!`, whose macro would have sqlx, tokio and SQLite built a second time for the compiler.
pub(super) const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "first", include_str!("migrations/sqlite/0001_first.sql")),
    (2, "answers", include_str!("migrations/sqlite/0002_answers.sql")),
    (3, "delivery", include_str!("migrations/sqlite/0003_delivery.sql")),
    (4, "images", include_str!("migrations/sqlite/0004_images.sql")),
    (5, "runs", include_str!("migrations/sqlite/0005_runs.sql")),
    (6, "people", include_str!("migrations/sqlite/0006_people.sql")),
    (7, "known_posts", include_str!("migrations/sqlite/0007_known_posts.sql")),
    (8, "alike", include_str!("migrations/sqlite/0008_alike.sql")),
    (9, "seen_mail", include_str!("migrations/sqlite/0009_seen_mail.sql")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations/sqlite");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let listed = MIGRATIONS.map(|(version, description, _)| format!("{version:04}_{description}.sql"));
        assert_eq!(files, listed);
    }
}
