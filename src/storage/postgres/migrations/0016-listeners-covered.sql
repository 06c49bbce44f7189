-- Sums over the tables of listeners. Their cursor, session and times move with every acknowledgement, and are left out.
-- The tables of 0010 to 0014 and these; a node of the version before goes on to ask the older view.
CREATE VIEW covered_4 AS SELECT * FROM covered_3 UNION ALL SELECT * FROM (VALUES
  ('listeners', 'name, platform, party, endpoint_id, created_at', '0', false),
  ('listener_resends', 'name, seq', '0', false)
) AS t (name, columns, month, is_updated);

DO $do$
DECLARE
  t record;
  ours text := $w$FOR EACH STATEMENT WHEN (coalesce(current_setting('ordergate.session', true), '') <> '')$w$;
BEGIN
  FOR t IN SELECT name, format('hashtextextended(ROW(%s)::text, 0)', columns) AS hash FROM covered_4
      WHERE name IN ('listeners', 'listener_resends') LOOP
    -- As in 0010; neither table has months, and no statement of Ordergate updates a covered column.
    EXECUTE format($f$
      CREATE FUNCTION cover_%1$s_1() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO covers AS c (name, month, writer, rows, digest)
            SELECT '%1$s', 0, pg_backend_pid(), count(*), sum(%2$s) FROM came HAVING count(*) > 0
            ON CONFLICT (writer, name, month) DO UPDATE
              SET rows = c.rows + excluded.rows, digest = c.digest + excluded.digest;
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO covers AS c (name, month, writer, rows, digest)
            SELECT '%1$s', 0, pg_backend_pid(), -count(*), -sum(%2$s) FROM went HAVING count(*) > 0
            ON CONFLICT (writer, name, month) DO UPDATE
              SET rows = c.rows + excluded.rows, digest = c.digest + excluded.digest;
        ELSE
          DELETE FROM covers WHERE name = '%1$s';
          INSERT INTO covers VALUES ('%1$s', 0, 0, 0, 0);
        END IF;
        RETURN NULL;
      END $body$
    $f$, t.name, t.hash, ours);
    -- The triggers lock the table until the end of the migration, so that no row comes between them and its sum.
    EXECUTE format($f$
      CREATE TRIGGER covers_in AFTER INSERT ON %1$s REFERENCING NEW TABLE AS came %3$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, ours);
    EXECUTE format($f$
      CREATE TRIGGER covers_out AFTER DELETE ON %1$s REFERENCING OLD TABLE AS went %3$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, ours);
    EXECUTE format($f$
      CREATE TRIGGER covers_emptied AFTER TRUNCATE ON %1$s %3$s EXECUTE FUNCTION cover_%1$s_1()$f$,
      t.name, t.hash, ours);
    EXECUTE format($f$
      INSERT INTO covers SELECT '%1$s', 0, 0, count(*), coalesce(sum(%2$s), 0) FROM %1$s$f$,
      t.name, t.hash, ours);
  END LOOP;
END $do$;
