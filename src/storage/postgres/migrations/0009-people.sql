-- Who signs in to the console and to the management API, and the audit of what they do.
CREATE TABLE accounts (
  account_id text COLLATE "C" NOT NULL PRIMARY KEY,
  name       text COLLATE "C" NOT NULL UNIQUE,
  version    bigint NOT NULL,
  document   text NOT NULL
);

-- Sessions, API tokens and one-time links. The secret itself is kept nowhere.
CREATE TABLE credentials (
  digest        text COLLATE "C" NOT NULL PRIMARY KEY,
  kind          text COLLATE "C" NOT NULL,
  credential_id text COLLATE "C" NOT NULL UNIQUE,
  account_id    text COLLATE "C",
  expires_at    bigint NOT NULL,
  attributes    text NOT NULL
);

-- Append-only. The hash is over the entry and the hash before; the newest stands in settings, as audit-head.
CREATE TABLE audit (
  number  bigint NOT NULL PRIMARY KEY,
  at      bigint NOT NULL,
  actor   text COLLATE "C" NOT NULL,
  action  text COLLATE "C" NOT NULL,
  target  text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  details text NOT NULL,
  hash    text NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, number);
CREATE INDEX audit_target ON audit (target, number);

-- Keeps a credential; where one is spent for it, only if that one is there.
CREATE FUNCTION save_credential_1(p_digest text, p_kind text, p_id text, p_account text, p_expires_at bigint,
  p_attributes text, p_spends text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF p_spends IS NOT NULL THEN
    DELETE FROM credentials WHERE digest = p_spends;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  INSERT INTO credentials VALUES (p_digest, p_kind, p_id, p_account, p_expires_at, p_attributes);
  RETURN true;
END $$;

-- The row of the head is the lock: entries of all nodes stand in one line, each behind the one whose hash it holds.
CREATE FUNCTION append_audit_1(p_at bigint, p_actor text, p_action text, p_target text, p_outcome text,
  p_details text, p_text text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  head text;
  this bigint;
  its text;
BEGIN
  INSERT INTO settings VALUES ('audit-head', '0.') ON CONFLICT DO NOTHING;
  SELECT value INTO head FROM settings WHERE name = 'audit-head' FOR UPDATE;
  this := split_part(head, '.', 1)::bigint + 1;
  its := encode(sha256(convert_to('["' || split_part(head, '.', 2) || '",' || this || ',' || p_text, 'UTF8')), 'base64');
  INSERT INTO audit VALUES (this, p_at, p_actor, p_action, p_target, p_outcome, p_details, its);
  UPDATE settings SET value = this || '.' || its WHERE name = 'audit-head';
  RETURN this;
END $$;
