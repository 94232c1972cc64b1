-- Where a subscriber came from, and when and how they agreed, in the words of the file.
ALTER TABLE subscriber ADD COLUMN origin  TEXT;
ALTER TABLE subscriber ADD COLUMN consent TEXT;

-- Why nothing goes to an address any more, and why it does again.
CREATE TABLE suppression (
    subscriber INTEGER NOT NULL REFERENCES subscriber (id),
    at_ms      INTEGER NOT NULL,
    why        TEXT    NOT NULL,
    words      TEXT,                              -- what the server said
    edition    INTEGER REFERENCES edition (id),
    lifted_ms  INTEGER,
    lifted_why TEXT,
    PRIMARY KEY (subscriber, at_ms)
) WITHOUT ROWID;

-- The digests that the config has or had. Who left all that it has stays off one that comes later.
CREATE TABLE digest (
    name    TEXT    PRIMARY KEY,
    current INTEGER NOT NULL
) WITHOUT ROWID;
