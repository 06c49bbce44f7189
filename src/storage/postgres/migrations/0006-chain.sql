-- A chain of hashes over each order's changes, and a head over all changes: what a copy brings from SQLite stays.
ALTER TABLE orders ADD COLUMN head text;
ALTER TABLE history ADD COLUMN document text, ADD COLUMN hash text;

CREATE TABLE chain_groups (
  number   bigint PRIMARY KEY,
  last_seq bigint NOT NULL,
  changes  bigint NOT NULL,
  hash     text NOT NULL,
  -- JSON: [month, changes, digest] for each month of orders.
  parts    text NOT NULL
);
