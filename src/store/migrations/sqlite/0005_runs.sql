-- An edition's state is one of
--   waiting    frozen before its due time, and its editor is asked
--   approved   its editor said yes; it goes out at its due time
--   held       it waits for a person's word, however long
--   sending    on its way
--   sent       nothing is left to do
--   vetoed     its editor stopped it before it went out; its posts return
--   cancelled  somebody else did, or a later edition took its place; its posts return, unless readers have them
ALTER TABLE edition ADD COLUMN due_ms      INTEGER;  -- when it is to go out; none for one sent by hand
ALTER TABLE edition ADD COLUMN asked_ms    INTEGER;  -- when the relay took the mail to its editor
ALTER TABLE edition ADD COLUMN released_ms INTEGER;  -- when a person sent it on its way: from then on it is not late
ALTER TABLE edition ADD COLUMN why         TEXT;     -- why it is held or was stopped
ALTER TABLE edition ADD COLUMN stopped     TEXT;     -- why nothing of it gets out at present

CREATE INDEX edition_frozen ON edition (frozen_ms);
CREATE INDEX edition_open ON edition (state) WHERE state IN ('waiting', 'approved', 'held', 'sending');

-- The digests that a daemon looks after. What was due until `since_ms` is dealt with, or was never owed: a digest
-- owes nothing from before it was first looked after.
CREATE TABLE watch (
    digest   TEXT    PRIMARY KEY,
    schedule TEXT    NOT NULL,            -- with its zone
    since_ms INTEGER NOT NULL,
    empties  INTEGER NOT NULL DEFAULT 0   -- runs in a row that had nothing to send
) WITHOUT ROWID;

-- One row for each due run: whoever inserts it plans it, so that nobody plans it twice.
CREATE TABLE run (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: a store that knows fewer is a copy from before
    digest    TEXT    NOT NULL,
    due_ms    INTEGER NOT NULL,
    found_ms  INTEGER NOT NULL,
    missed    INTEGER NOT NULL DEFAULT 0,         -- earlier ones that nobody was there for
    state     TEXT    NOT NULL DEFAULT 'open',    -- open | frozen | sent | empty | skipped | failed | stopped
    owner     TEXT    NOT NULL,                   -- who plans it; a dead owner's run is taken over
    edition   INTEGER REFERENCES edition (id),    -- from `frozen` on
    tries     INTEGER NOT NULL DEFAULT 0,
    next_ms   INTEGER,                            -- not to be tried before
    why       TEXT,                               -- why it is empty, skipped or failed, or what is odd about it
    ended_ms  INTEGER,
    pinged_ms INTEGER,
    UNIQUE (digest, due_ms)
);

CREATE INDEX run_open ON run (state) WHERE state IN ('open', 'frozen');

-- Troubles that last, from when they were first seen, and when somebody was told.
CREATE TABLE alert (
    key     TEXT    PRIMARY KEY,
    text    TEXT    NOT NULL,
    seen_ms INTEGER NOT NULL,
    told_ms INTEGER
) WITHOUT ROWID;

-- The last sign of life of a daemon, and why it does nothing, where it holds everything.
CREATE TABLE pulse (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    beat_ms INTEGER NOT NULL,
    hold    TEXT
);
