-- The pictures that an edition's messages carry, in their order.
CREATE TABLE edition_image (
    edition    INTEGER NOT NULL REFERENCES edition (id),
    place      INTEGER NOT NULL,
    cid        TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    octets     BLOB    NOT NULL,
    PRIMARY KEY (edition, place)
);

-- What the last look at a picture showed, by its address; JSON.
CREATE TABLE look (
    url   TEXT    PRIMARY KEY,
    value TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) WITHOUT ROWID;
