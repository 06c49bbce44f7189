-- Limits that a clock which was set ahead, and back, does not prolong. Older nodes go on with enter_calls_1.
CREATE FUNCTION enter_calls_2(this_node text, alive interval, under_way jsonb, calls jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  call record;
  full_one text;
  refusals jsonb := '{}';
BEGIN
  INSERT INTO calls_under_way (key, node, count)
    SELECT w.key, this_node, w.value::integer FROM jsonb_each_text(under_way) AS w
    ON CONFLICT (key, node) DO UPDATE SET count = excluded.count;
  FOR call IN SELECT c.n, c.key, c."atOnce" AS at_once, c.windows
      FROM jsonb_to_recordset(calls) AS c(n integer, key text, "atOnce" integer, windows jsonb)
      ORDER BY c.key COLLATE "C", c.n LOOP
    full_one := NULL;
    IF call.at_once IS NOT NULL THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('at-once ' || call.key, 0));
      SELECT 'at-once' INTO full_one FROM calls_under_way u JOIN nodes v USING (node)
        WHERE u.key = call.key AND v.seen_at > clock_timestamp() - alive
        HAVING coalesce(sum(u.count), 0) >= call.at_once;
    END IF;
    IF full_one IS NULL AND jsonb_array_length(call.windows) > 0 THEN
      -- A call that is late by a clock's error counts in the window that has begun. A window that begins
      -- later than the next one was counted while the clock was set ahead: the count begins anew.
      WITH held AS (
        INSERT INTO limit_counts (key, ends_at, count)
          SELECT w.name || ' ' || call.key, w."endsAt", 0
          FROM jsonb_to_recordset(call.windows) AS w(name text, "endsAt" bigint)
          ORDER BY 1
        ON CONFLICT (key) DO UPDATE SET
          ends_at = CASE
            WHEN limit_counts.ends_at <= excluded.ends_at THEN excluded.ends_at
            WHEN limit_counts.ends_at <= excluded.ends_at + (SELECT w.length
                FROM jsonb_to_recordset(call.windows) AS w(name text, length bigint)
                WHERE w.name || ' ' || call.key = excluded.key)
              THEN limit_counts.ends_at
            ELSE excluded.ends_at END,
          count = CASE
            WHEN limit_counts.ends_at = excluded.ends_at THEN limit_counts.count
            WHEN limit_counts.ends_at < excluded.ends_at THEN 0
            WHEN limit_counts.ends_at <= excluded.ends_at + (SELECT w.length
                FROM jsonb_to_recordset(call.windows) AS w(name text, length bigint)
                WHERE w.name || ' ' || call.key = excluded.key)
              THEN limit_counts.count
            ELSE 0 END
        RETURNING key, count
      )
      SELECT w.name INTO full_one
        FROM jsonb_array_elements(call.windows) WITH ORDINALITY AS e(value, i),
          jsonb_to_record(e.value) AS w(name text, max bigint)
        JOIN held ON held.key = w.name || ' ' || call.key
        WHERE held.count >= w.max ORDER BY e.i LIMIT 1;
      IF full_one IS NULL THEN
        UPDATE limit_counts SET count = count + 1 WHERE key IN (
          SELECT w.name || ' ' || call.key FROM jsonb_to_recordset(call.windows) AS w(name text));
      END IF;
    END IF;
    IF full_one IS NOT NULL THEN
      refusals := refusals || jsonb_build_object(call.n, full_one);
    ELSIF call.at_once IS NOT NULL THEN
      INSERT INTO calls_under_way AS u VALUES (call.key, this_node, 1)
        ON CONFLICT (key, node) DO UPDATE SET count = u.count + 1;
    END IF;
  END LOOP;
  RETURN refusals;
END $$;
