-- Rules of alarms, where messages are sent, what has happened, and which node evaluates the rules.
CREATE TABLE alarm_documents (
  kind     TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  document TEXT    NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alarm_documents_at ON alarm_documents (kind, at);
