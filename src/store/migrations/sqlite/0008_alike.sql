-- How many readers of an edition bounced in the same words. Too many are no readers' fault, and nobody is suppressed.
CREATE TABLE alike (
    edition    INTEGER NOT NULL REFERENCES edition (id),
    gist       TEXT    NOT NULL,  -- the words without numbers, addresses and names of hosts
    words      TEXT    NOT NULL,  -- as they were said first
    readers    INTEGER NOT NULL,
    recipients INTEGER NOT NULL,  -- the edition's
    PRIMARY KEY (edition, gist)
) WITHOUT ROWID;

-- Who was suppressed for them, should they turn out to be too many.
CREATE TABLE suppressed_alike (
    edition    INTEGER NOT NULL,
    gist       TEXT    NOT NULL,
    subscriber INTEGER NOT NULL REFERENCES subscriber (id),
    PRIMARY KEY (edition, gist, subscriber)
) WITHOUT ROWID;
