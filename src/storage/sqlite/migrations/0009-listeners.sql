-- Listeners: named cursors over the events of a party. A program pulls its callbacks and acknowledges them.

CREATE TABLE listeners (
  name        TEXT    PRIMARY KEY,
  platform    TEXT    NOT NULL,
  party       TEXT    NOT NULL,
  -- Whose form and secrets its callbacks have; NULL: its own.
  endpoint_id TEXT,
  -- Every event up to this one is acknowledged.
  cursor      INTEGER NOT NULL,
  -- Of whoever opened it last; nobody else may acknowledge.
  session     TEXT    NOT NULL DEFAULT '',
  created_at  INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX listeners_party ON listeners (platform, party);

-- Events whose delivery an operator sent again.
CREATE TABLE listener_resends (
  name  TEXT    NOT NULL REFERENCES listeners (name),
  seq   INTEGER NOT NULL REFERENCES events (seq),
  times INTEGER NOT NULL,
  PRIMARY KEY (name, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER listeners_resend AFTER UPDATE OF state ON deliveries WHEN old.state != 0 AND new.state = 0 BEGIN
  INSERT INTO listener_resends (name, seq, times)
    SELECT l.name, new.seq, 1 FROM endpoints AS e JOIN listeners AS l ON l.platform = e.platform AND l.party = e.party
    WHERE e.id = new.endpoint AND (l.endpoint_id IS NULL OR l.endpoint_id = e.endpoint_id)
    ON CONFLICT (name, seq) DO UPDATE SET times = times + 1;
END;
