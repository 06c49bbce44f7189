-- Sums over the tables beside the orders, so that a row which no Ordergate has written is found. Each session adds
-- to rows of its own, which no other session locks; a table's sum is that of all sessions.
CREATE TABLE covers (
  name   text COLLATE "C" NOT NULL,
  -- Of the order, such as 202601, for tables that lose a month when it is detached; else 0.
  month  integer NOT NULL,
  -- The session's process id. 0: what was there before sessions added to the sum.
  writer integer NOT NULL,
  rows   bigint NOT NULL,
  -- The sum of a 64-bit hash of each row.
  digest numeric NOT NULL,
  PRIMARY KEY (writer, name, month)
) WITH (fillfactor = 50);
-- Says that what is there has not been added up yet: see covers.ts.
INSERT INTO covers VALUES ('', 0, 0, 0, 0);

CREATE FUNCTION cover_month_1(created_at bigint) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(year FROM t) * 100 + extract(month FROM t))::integer FROM (
    SELECT timestamp '1970-01-01' + least(greatest(created_at, -62135596800000), 253402300799999) * interval '1 millisecond'
  ) AS at (t)
$$;

-- The covered tables, and the columns that no change of state touches. Leases, and what callbacks count, change
-- often and are judged by rules instead; orders, history and events have their chain.
CREATE VIEW covered AS SELECT * FROM (VALUES
  ('kept_replies', 'key, reply, fingerprint, expires_at, kept_at', '0', true),
  ('sealed_texts', 'platform, owner, order_id, created_at, name, sealed, mask', 'cover_month_1(created_at)', true),
  ('tokens', 'platform, digest, kind, party_id, grant_id, expires_at, attributes', '0', true),
  ('parties', 'platform, party_id, document', '0', true),
  ('catalog', 'platform, kind, key, document', '0', true),
  ('settings', 'name, value', '0', true),
  ('fan_out', 'cursor', '0', true),
  ('endpoints', 'id, endpoint_id, platform, party, origin, url, preset, expects, event_types, enabled, off_reason, off_at, created_at, secrets, since_seq', '0', true),
  ('deliveries', 'id, endpoint, seq, platform, order_id, version, event_type, message_id, content_type, body, created_at', '0', false),
  ('delivery_attempts', 'delivery, number, at, status, error, micros, answer', '0', false),
  ('callback_alerts', 'id, at, kind, endpoint, delivery, detail', '0', false),
  ('accounts', 'account_id, name, version, document', '0', true),
  ('credentials', 'digest, kind, credential_id, account_id, expires_at, attributes', '0', true)
) AS t (name, columns, month, is_updated);

DO $do$
DECLARE
  t record;
  -- A statement of a session of Ordergate; what anybody else writes is not added to the sum, and is found by that.
  ours text := $w$FOR EACH STATEMENT WHEN (coalesce(current_setting('ordergate.session', true), '') <> '')$w$;
BEGIN
  FOR t IN SELECT name, format('hashtextextended(ROW(%s)::text, 0)', columns) AS hash, month, is_updated FROM covered LOOP
    EXECUTE format($f$
      CREATE FUNCTION cover_%1$s_1() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO covers AS c (name, month, writer, rows, digest)
            SELECT '%1$s', %3$s, pg_backend_pid(), count(*), sum(%2$s) FROM came GROUP BY 2
            ON CONFLICT (writer, name, month) DO UPDATE
              SET rows = c.rows + excluded.rows, digest = c.digest + excluded.digest;
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO covers AS c (name, month, writer, rows, digest)
            SELECT '%1$s', %3$s, pg_backend_pid(), -count(*), -sum(%2$s) FROM went GROUP BY 2
            ON CONFLICT (writer, name, month) DO UPDATE
              SET rows = c.rows + excluded.rows, digest = c.digest + excluded.digest;
        ELSIF TG_OP = 'UPDATE' THEN
          -- INSERT … ON CONFLICT DO UPDATE comes here, too, and mostly without a row.
          PERFORM FROM came LIMIT 1;
          IF NOT FOUND THEN RETURN NULL; END IF;
          INSERT INTO covers AS c (name, month, writer, rows, digest)
            SELECT '%1$s', month, pg_backend_pid(), sum(n), sum(n * hash) FROM (
              SELECT %3$s, 1, (%2$s)::numeric FROM came UNION ALL SELECT %3$s, -1, %2$s FROM went
            ) AS moved (month, n, hash) GROUP BY 2 HAVING sum(n * hash) <> 0 OR sum(n) <> 0
            ON CONFLICT (writer, name, month) DO UPDATE
              SET rows = c.rows + excluded.rows, digest = c.digest + excluded.digest;
        ELSE
          DELETE FROM covers WHERE name = '%1$s';
          INSERT INTO covers VALUES ('%1$s', 0, 0, 0, 0);
        END IF;
        RETURN NULL;
      END $body$
    $f$, t.name, t.hash, t.month, ours);
    EXECUTE format($f$
      CREATE TRIGGER covers_in AFTER INSERT ON %1$s REFERENCING NEW TABLE AS came %4$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, t.month, ours);
    EXECUTE format($f$
      CREATE TRIGGER covers_out AFTER DELETE ON %1$s REFERENCING OLD TABLE AS went %4$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, t.month, ours);
    EXECUTE format($f$
      CREATE TRIGGER covers_emptied AFTER TRUNCATE ON %1$s %4$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, t.month, ours);
    CONTINUE WHEN NOT t.is_updated;
    EXECUTE format($f$
      CREATE TRIGGER covers_set AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS went NEW TABLE AS came %2$s
        EXECUTE FUNCTION cover_%1$s_1()$f$, t.name, ours);
  END LOOP;
END $do$;
