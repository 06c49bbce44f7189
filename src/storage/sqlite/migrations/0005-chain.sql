-- A chain of hashes over each order's changes, a head over all changes, and sums over the tables beside them.
-- What is there already is chained by the program in the transaction of this migration (chain-rows.ts).
ALTER TABLE orders ADD COLUMN head TEXT;
-- document: stands for the order's document after the change. hash: over the change, that, and the hash before.
ALTER TABLE history ADD COLUMN document TEXT;
ALTER TABLE history ADD COLUMN hash TEXT;

CREATE TABLE chain_groups (
  number   INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  changes  INTEGER NOT NULL,
  hash     TEXT    NOT NULL,
  -- JSON: [month, changes, digest] for each month of orders.
  parts    TEXT    NOT NULL
) STRICT;

CREATE TABLE covers (
  name   TEXT PRIMARY KEY,
  rows   INTEGER NOT NULL,
  digest TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
