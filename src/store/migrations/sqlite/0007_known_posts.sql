-- What a post is known again by, besides its id and its link: publishers change both.
ALTER TABLE post ADD COLUMN title        TEXT;
ALTER TABLE post ADD COLUMN published_ms INTEGER;
ALTER TABLE edition_post ADD COLUMN title        TEXT;
ALTER TABLE edition_post ADD COLUMN published_ms INTEGER;

-- Editions that are there hold their posts as they went out.
UPDATE edition_post SET (title, published_ms) = (
    SELECT json_extract(item.value, '$.post.title'),
           unixepoch(json_extract(item.value, '$.post.published')) * 1000
    FROM edition e, json_each(e.content, '$.posts') item
    WHERE e.id = edition_post.edition
      AND json_extract(item.value, '$.post.source') = edition_post.source
      AND json_extract(item.value, '$.post.id') = edition_post.id
);
