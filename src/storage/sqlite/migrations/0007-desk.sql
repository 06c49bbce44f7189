-- What operators keep beside an order: notes for each other, and who looks after it. No platform and no party sees it.
CREATE TABLE order_notes (
  id       INTEGER PRIMARY KEY,
  platform TEXT    NOT NULL,
  order_id TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL,
  note     TEXT    NOT NULL
) STRICT;
CREATE INDEX order_notes_order ON order_notes (order_id, platform, id);

CREATE TABLE order_assignees (
  platform TEXT    NOT NULL,
  order_id TEXT    NOT NULL,
  assignee TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL,
  PRIMARY KEY (platform, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_assignees_assignee ON order_assignees (assignee, at);
