-- The request log, in a file of its own: it may be deleted, the ledger does not miss it.

CREATE TABLE requests (
  id             INTEGER PRIMARY KEY,
  at             INTEGER NOT NULL,
  platform       TEXT    NOT NULL,
  party          TEXT,
  method         TEXT,
  outcome        TEXT    NOT NULL,
  refused_by     TEXT,
  detail         TEXT,
  order_id       TEXT,
  address        TEXT    NOT NULL,
  micros         INTEGER NOT NULL,
  string_to_sign TEXT,
  body           TEXT    NOT NULL
) STRICT;
CREATE INDEX requests_order ON requests (order_id) WHERE order_id IS NOT NULL;
