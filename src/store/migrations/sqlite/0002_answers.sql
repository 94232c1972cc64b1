-- What a language model answered, by a hash of all that its answer depends on; or why the answer was none.
CREATE TABLE llm_answer (
    key     TEXT    PRIMARY KEY,
    teaser  TEXT,
    refused TEXT,
    used_ms INTEGER NOT NULL
) WITHOUT ROWID;
