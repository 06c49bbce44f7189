-- Rules of alarms, where messages are sent, what has happened, and which node evaluates the rules.
CREATE TABLE alarm_documents (
  kind     text COLLATE "C" NOT NULL,
  id       text COLLATE "C" NOT NULL,
  version  bigint NOT NULL,
  at       bigint NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX alarm_documents_at ON alarm_documents (kind, at);

-- With the tables of migration 0010, which nodes of the version before go on to ask. A table that is made empty
-- has a sum from its first row on.
CREATE VIEW covered_3 AS SELECT * FROM covered_2 UNION ALL
  VALUES ('alarm_documents', 'kind, id, version, at, document', '0', true);
INSERT INTO covers VALUES ('alarm_documents', 0, 0, 0, 0);

DO $do$
DECLARE
  t record;
  ours text := $w$FOR EACH STATEMENT WHEN (coalesce(current_setting('ordergate.session', true), '') <> '')$w$;
BEGIN
  FOR t IN SELECT name, format('hashtextextended(ROW(%s)::text, 0)', columns) AS hash, month FROM covered_3
    WHERE name = 'alarm_documents' LOOP
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
    EXECUTE format($f$
      CREATE TRIGGER covers_set AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS went NEW TABLE AS came %2$s
        EXECUTE FUNCTION cover_%1$s_1()$f$, t.name, ours);
  END LOOP;
END $do$;
