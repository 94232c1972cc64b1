-- Whether a bounce speaks against the address: three editions in a row suppress it.
ALTER TABLE delivery ADD COLUMN blamed INTEGER NOT NULL DEFAULT 0;

-- How fast mail may go, to all or to one recipient domain (`@domain`); whoever sends takes from the same row.
CREATE TABLE bucket (
    name       TEXT    PRIMARY KEY,
    tat_ms     REAL    NOT NULL DEFAULT 0,   -- when the next message may go (generic cell rate algorithm)
    rate       REAL,                         -- messages a second after the last throttle; NULL for no throttle
    full       REAL,                         -- the rate at which the throttle is over
    lowered_ms INTEGER                       -- when the rate was lowered
) WITHOUT ROWID;

-- What a relay taught us: messages it takes over one connection, connections it takes at a time.
CREATE TABLE relay (
    name        TEXT    PRIMARY KEY,
    messages    INTEGER,
    connections INTEGER
) WITHOUT ROWID;
