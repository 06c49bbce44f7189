-- Who signs in to the console and to the management API, and the audit of what they do.

CREATE TABLE accounts (
  account_id TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  version    INTEGER NOT NULL,
  -- JSON: role, hash of the password, sealed second factor.
  document   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions, API tokens and one-time links. The secret itself is kept nowhere.
CREATE TABLE credentials (
  digest        TEXT    NOT NULL PRIMARY KEY,
  kind          TEXT    NOT NULL,
  credential_id TEXT    NOT NULL UNIQUE,
  account_id    TEXT,
  expires_at    INTEGER NOT NULL,
  attributes    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only. The hash is over the entry and the hash before; the newest stands in settings, as audit-head.
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  target  TEXT    NOT NULL,
  outcome TEXT    NOT NULL,
  details TEXT    NOT NULL,
  hash    TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_actor ON audit (actor, number);
CREATE INDEX audit_target ON audit (target, number);
