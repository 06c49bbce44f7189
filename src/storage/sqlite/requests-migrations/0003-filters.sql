-- One filter for about a thousand calls, whatever the number of batches that hold them: a search for the calls of
-- one order read two kilobytes of every batch, and a batch of a quiet hour holds few calls.
CREATE TABLE batch_filters (
  -- Covers this batch and those after it, up to the next filter's.
  first_batch INTEGER PRIMARY KEY,
  calls       INTEGER NOT NULL,
  -- 0: holds orders only, so that it says nothing of parties.
  has_parties INTEGER NOT NULL,
  -- A Bloom filter: see key-filter.ts.
  keys        BLOB    NOT NULL
) STRICT;
INSERT INTO batch_filters SELECT id, count, 0, orders FROM batches;
-- The column batches.orders stays empty from now on, because dropping it would rewrite every batch.

-- Holds all that a list asks of a batch before it reads the batch's calls.
CREATE INDEX batches_newest ON batches (last_id, first_id, first_at, last_at);
DROP INDEX batches_last;
