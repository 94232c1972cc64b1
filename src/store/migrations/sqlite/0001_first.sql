-- Times are UTC milliseconds. Text sets (tags, problems, posts) are JSON.

CREATE TABLE signing_key (
    number  INTEGER PRIMARY KEY,
    secret  BLOB    NOT NULL,
    made_ms INTEGER NOT NULL
);

-- What each source said last.
CREATE TABLE source (
    name       TEXT    PRIMARY KEY,
    state      TEXT    NOT NULL,            -- read | unchanged | failed
    checked_ms INTEGER NOT NULL,
    read_ms    INTEGER,                     -- when it was last read well
    failures   INTEGER NOT NULL DEFAULT 0,  -- in a row
    problems   TEXT    NOT NULL DEFAULT '[]'
);

CREATE TABLE validator (
    url   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Every post that was ever eligible; `held` is the post itself, as long as its source may stop showing it.
CREATE TABLE post (
    source        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    held          TEXT,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;

CREATE TABLE edition (
    id          INTEGER PRIMARY KEY,
    uid         TEXT    NOT NULL UNIQUE,    -- random, never drawn twice
    digest      TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    state       TEXT    NOT NULL,           -- sending | sent
    frozen_ms   INTEGER NOT NULL,
    finished_ms INTEGER,
    content     TEXT    NOT NULL,           -- the edition itself
    subject     TEXT    NOT NULL,           -- in the publication's own language
    UNIQUE (digest, number)
);

-- The rendered parts, the recipients' slots in them; the language '' is the publication's own.
CREATE TABLE variant (
    edition   INTEGER NOT NULL REFERENCES edition (id),
    language  TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    preheader TEXT    NOT NULL,
    html      TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    mjml      TEXT    NOT NULL,
    problems  TEXT    NOT NULL,
    PRIMARY KEY (edition, language)
);

-- Which posts went out, in the words that `select` compares.
CREATE TABLE edition_post (
    edition     INTEGER NOT NULL REFERENCES edition (id),
    source      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    link        TEXT,
    fingerprint BLOB    NOT NULL,
    PRIMARY KEY (edition, source, id)
) WITHOUT ROWID;

CREATE TABLE subscriber (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: old links must not reach a newcomer
    folded   TEXT    NOT NULL UNIQUE,            -- the address in lower case
    address  TEXT    NOT NULL,
    name     TEXT,
    language TEXT,
    timezone TEXT,
    tags     TEXT    NOT NULL DEFAULT '',
    status   TEXT    NOT NULL,                   -- pending | active | unsubscribed | suppressed
    listed   INTEGER NOT NULL DEFAULT 1,         -- 0: came from the subscribers file and is not in it any more
    sync     INTEGER,                            -- the reading of the file that last held it
    added_ms INTEGER NOT NULL
);

-- Who left one digest and stays in the others.
CREATE TABLE departure (
    subscriber INTEGER NOT NULL REFERENCES subscriber (id),
    digest     TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (subscriber, digest)
) WITHOUT ROWID;

-- One row for each edition and recipient, from the moment the edition is frozen.
CREATE TABLE delivery (
    edition    INTEGER NOT NULL REFERENCES edition (id),
    subscriber INTEGER NOT NULL REFERENCES subscriber (id),
    state      TEXT    NOT NULL DEFAULT 'pending',
    owner      TEXT,                             -- who is attempting it
    at_ms      INTEGER,                          -- when its state last changed
    tries      INTEGER NOT NULL DEFAULT 0,
    next_ms    INTEGER,                          -- not to be tried before
    code       INTEGER,
    reply      TEXT,
    PRIMARY KEY (edition, subscriber)
) WITHOUT ROWID;

CREATE INDEX delivery_state ON delivery (edition, state, next_ms);
