-- The ledger: orders, their append-only history, one event a change, deadlines, kept replies.

CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  order_id    TEXT    NOT NULL,
  platform    TEXT    NOT NULL,
  owner       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  attributes  TEXT    NOT NULL,
  lines       TEXT,
  -- The newest row of its history, which points on to the one before.
  last_change INTEGER NOT NULL,
  -- order_id leads: the exact look-up names both, a search by the beginning of an id only one.
  UNIQUE (order_id, platform)
) STRICT;
CREATE INDEX orders_created ON orders (created_at);
CREATE INDEX orders_state ON orders (platform, state, created_at);
CREATE INDEX orders_owner ON orders (platform, owner, created_at);

CREATE TABLE order_keys (
  value     TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  order_row INTEGER NOT NULL REFERENCES orders (id),
  PRIMARY KEY (value, name, order_row)
) STRICT, WITHOUT ROWID;

-- A linked list an order, newest first, in the order of commits: appending it touches one page,
-- where an index by order would touch one page for every change of another order.
CREATE TABLE history (
  seq        INTEGER PRIMARY KEY,
  order_row  INTEGER NOT NULL REFERENCES orders (id),
  previous   INTEGER REFERENCES history (seq),
  version    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  action     TEXT    NOT NULL,
  line       TEXT,
  from_state TEXT,
  to_state   TEXT    NOT NULL,
  actor      TEXT    NOT NULL,
  note       TEXT,
  request_id INTEGER
) STRICT;

-- The outbox: seq is that of the history row of the same change.
CREATE TABLE events (
  seq     INTEGER PRIMARY KEY REFERENCES history (seq),
  type    TEXT NOT NULL,
  payload TEXT
) STRICT;

CREATE TABLE deadlines (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  order_row   INTEGER NOT NULL REFERENCES orders (id),
  kind        TEXT    NOT NULL,
  due_at      INTEGER NOT NULL,
  lease_until INTEGER NOT NULL DEFAULT 0,
  UNIQUE (order_row, kind)
) STRICT;
CREATE INDEX deadlines_due ON deadlines (due_at);

-- What an equal request gets again. fingerprint tells an equal request from a reused key.
CREATE TABLE kept_replies (
  key         TEXT PRIMARY KEY,
  reply       TEXT    NOT NULL,
  fingerprint TEXT,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_replies_end ON kept_replies (expires_at);

CREATE TABLE parties (
  platform TEXT NOT NULL,
  party_id TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (platform, party_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
