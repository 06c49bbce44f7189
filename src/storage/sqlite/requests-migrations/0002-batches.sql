-- A batch of calls a row: see request-table.ts. What was logged before is let go; nothing depends on it.
DROP TABLE requests;

CREATE TABLE batches (
  id       INTEGER PRIMARY KEY,
  first_id INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  -- Which orders may be in it: a Bloom filter.
  orders   BLOB    NOT NULL,
  -- The calls, oldest first, a line of JSON each.
  lines    BLOB    NOT NULL
) STRICT;
CREATE INDEX batches_last ON batches (last_id);
