-- What came in and was dealt with: a bounce, an answer of a reader, a webhook's event. The same again changes nothing.
CREATE TABLE seen_mail (
    id        TEXT    PRIMARY KEY,  -- the SHA-256 of its content, in hex
    at_ms     INTEGER NOT NULL,
    forwarded INTEGER NOT NULL      -- 1: it went on to a person
) WITHOUT ROWID;
