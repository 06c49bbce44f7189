-- Callbacks: endpoints, the deliveries of events to them, every attempt, and what somebody has to look at.

CREATE TABLE endpoints (
  id            INTEGER PRIMARY KEY,
  endpoint_id   TEXT    NOT NULL UNIQUE,
  platform      TEXT    NOT NULL,
  party         TEXT    NOT NULL,
  -- 'registered' or 'declared'
  origin        TEXT    NOT NULL,
  url           TEXT    NOT NULL,
  preset        TEXT    NOT NULL,
  expects       TEXT,
  event_types   TEXT,
  enabled       INTEGER NOT NULL,
  off_reason    TEXT,
  off_at        INTEGER,
  created_at    INTEGER NOT NULL,
  -- Sealed, newest first.
  secrets       TEXT    NOT NULL,
  -- Events up to this one came before it.
  since_seq     INTEGER NOT NULL,
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  open_until    INTEGER
) STRICT;
CREATE INDEX endpoints_party ON endpoints (platform, party);
CREATE UNIQUE INDEX endpoints_declared ON endpoints (platform, party) WHERE origin = 'declared';

CREATE TABLE deliveries (
  id           INTEGER PRIMARY KEY,
  endpoint     INTEGER NOT NULL REFERENCES endpoints (id),
  seq          INTEGER NOT NULL REFERENCES events (seq),
  order_row    INTEGER NOT NULL REFERENCES orders (id),
  message_id   TEXT    NOT NULL,
  content_type TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  -- 0 pending, 1 delivered, 2 dead
  state        INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  -- Of the oldest pending one of an order and endpoint: due_at, or the end of its lease. Else NULL,
  -- so that a claim never looks at what has to wait.
  claim_at     INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,
  -- Attempts since it was made or last replayed.
  step         INTEGER NOT NULL DEFAULT 0,
  ended_at     INTEGER
) STRICT;
CREATE INDEX deliveries_order ON deliveries (order_row, endpoint, state);
CREATE INDEX deliveries_pending ON deliveries (endpoint, claim_at) WHERE state = 0;
CREATE INDEX deliveries_dead ON deliveries (endpoint) WHERE state = 2;

CREATE TABLE delivery_attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (id),
  number   INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  status   INTEGER,
  error    TEXT,
  micros   INTEGER NOT NULL,
  answer   TEXT    NOT NULL,
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE callback_alerts (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT    NOT NULL,
  endpoint INTEGER NOT NULL REFERENCES endpoints (id),
  delivery INTEGER,
  detail   TEXT    NOT NULL
) STRICT;

-- One row: the newest event that was fanned out. What happened before there were callbacks is past.
CREATE TABLE fan_out (cursor INTEGER NOT NULL) STRICT;
INSERT INTO fan_out SELECT coalesce(max(seq), 0) FROM events;
