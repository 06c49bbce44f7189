-- What platforms need whose orders have lines, secrets and long lists, and whose parties have tokens.

-- Keys that no two orders of one owner share, such as the id that the other side gave.
CREATE TABLE unique_keys (
  platform  TEXT    NOT NULL,
  owner     TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  value     TEXT    NOT NULL,
  order_row INTEGER NOT NULL REFERENCES orders (id),
  PRIMARY KEY (platform, owner, name, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed_texts (
  id        INTEGER PRIMARY KEY,
  order_row INTEGER NOT NULL REFERENCES orders (id),
  name      TEXT    NOT NULL,
  sealed    TEXT    NOT NULL,
  mask      TEXT    NOT NULL,
  UNIQUE (order_row, name)
) STRICT;

-- Counted lists: see counted-lists.ts.
CREATE TABLE lists (
  id       INTEGER PRIMARY KEY,
  platform TEXT NOT NULL,
  owner    TEXT NOT NULL,
  name     TEXT NOT NULL,
  UNIQUE (platform, owner, name)
) STRICT;

CREATE TABLE list_entries (
  list       INTEGER NOT NULL REFERENCES lists (id),
  created_at INTEGER NOT NULL,
  order_id   TEXT    NOT NULL,
  order_row  INTEGER NOT NULL REFERENCES orders (id),
  PRIMARY KEY (list, created_at, order_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_counts (
  list     INTEGER NOT NULL REFERENCES lists (id),
  -- 0: a run of entries; 1: a run of runs.
  level    INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  first_id TEXT    NOT NULL,
  -- Of what stands directly below: entries, or runs.
  children INTEGER NOT NULL,
  entries  INTEGER NOT NULL,
  PRIMARY KEY (list, level, first_at, first_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  platform   TEXT    NOT NULL,
  digest     TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  party_id   TEXT    NOT NULL,
  grant_id   TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  attributes TEXT    NOT NULL,
  PRIMARY KEY (platform, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_grant ON tokens (platform, grant_id);
CREATE INDEX tokens_end ON tokens (expires_at);

CREATE TABLE catalog (
  platform TEXT NOT NULL,
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (platform, kind, key)
) STRICT, WITHOUT ROWID;

-- What the limits have counted in windows that outlast a restart, and pauses that still hold (count 1).
CREATE TABLE limit_counts (
  key     TEXT PRIMARY KEY,
  ends_at INTEGER NOT NULL,
  count   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX limit_counts_end ON limit_counts (ends_at);
