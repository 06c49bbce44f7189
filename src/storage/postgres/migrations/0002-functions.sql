-- What a gateway asks in one call. Persistence only: which change is right is decided in core.
-- A function's number is part of its name: a next version comes beside it, so that nodes of the
-- version before go on while others are upgraded.

CREATE TYPE change_1 AS (
  n integer, platform text, owner text, order_id text, created_at bigint, version integer,
  state text, at bigint, attributes text, lines text,
  action text, line text, from_state text, to_state text, actor text, note text, request_id bigint,
  event_type text, event_payload text,
  once_key text, once_reply text, once_until bigint,
  deadline_id bigint, lease_until bigint, deadlines jsonb, sealed jsonb
);

-- Changes of orders, each whole or not at all; version is the one that each was decided upon.
-- At most one change an order and one a once-key may be in one call.
CREATE FUNCTION commit_changes_1(write_token bigint, jobs jsonb, OUT committed integer[], OUT lost integer[])
LANGUAGE plpgsql AS $$
DECLARE
  batch change_1[];
BEGIN
  lost := '{}';
  -- Locked in one order by all nodes, so that none waits for another in a circle.
  SELECT array_agg(l.j) INTO batch FROM (
    SELECT j FROM jsonb_populate_recordset(NULL::change_1, jobs) AS j
    JOIN orders o ON o.platform = j.platform AND o.owner = j.owner
      AND o.order_id = j.order_id AND o.created_at = j.created_at
    WHERE o.version = j.version
    ORDER BY j.platform COLLATE "C", j.order_id COLLATE "C"
    FOR NO KEY UPDATE OF o
  ) AS l;
  IF EXISTS (SELECT FROM unnest(batch) AS j WHERE j.deadline_id IS NOT NULL) THEN
    SELECT coalesce(array_agg(j.n), '{}') INTO lost FROM unnest(batch) AS j
      WHERE j.deadline_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM deadlines d WHERE d.id = j.deadline_id AND d.lease_until = j.lease_until FOR UPDATE);
    SELECT array_agg(j) INTO batch FROM unnest(batch) AS j WHERE j.n <> ALL (lost);
  END IF;
  IF EXISTS (SELECT FROM unnest(batch) AS j WHERE j.once_key IS NOT NULL) THEN
    WITH kept AS (
      INSERT INTO kept_replies (key, reply, expires_at, kept_at)
        SELECT j.once_key, j.once_reply, j.once_until, j.at FROM unnest(batch) AS j
        WHERE j.once_key IS NOT NULL ORDER BY j.once_key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET reply = excluded.reply, fingerprint = NULL,
        expires_at = excluded.expires_at, kept_at = excluded.kept_at
        WHERE kept_replies.expires_at <= excluded.kept_at
      RETURNING key
    )
    SELECT array_agg(j) INTO batch FROM unnest(batch) AS j
      WHERE j.once_key IS NULL OR j.once_key IN (SELECT key FROM kept);
  END IF;

  UPDATE orders o SET state = j.state, version = j.version + 1, updated_at = j.at,
      attributes = j.attributes, lines = j.lines
    FROM unnest(batch) AS j
    WHERE o.platform = j.platform AND o.owner = j.owner
      AND o.order_id = j.order_id AND o.created_at = j.created_at;
  INSERT INTO history (platform, owner, order_id, created_at, version, at, action, line, from_state,
      to_state, actor, note, request_id, event_type, event_payload, token)
    SELECT j.platform, j.owner, j.order_id, j.created_at, j.version + 1, j.at, j.action, j.line,
      j.from_state, j.to_state, j.actor, j.note, j.request_id, j.event_type, j.event_payload, write_token
    FROM unnest(batch) AS j;
  IF EXISTS (SELECT FROM unnest(batch) AS j WHERE j.deadline_id IS NOT NULL) THEN
    DELETE FROM deadlines d USING unnest(batch) AS j WHERE d.id = j.deadline_id;
  END IF;
  IF EXISTS (SELECT FROM unnest(batch) AS j WHERE j.deadlines IS NOT NULL) THEN
    DELETE FROM deadlines d USING unnest(batch) AS j, jsonb_to_recordset(j.deadlines) AS s(kind text, "dueAt" bigint)
      WHERE s."dueAt" IS NULL AND d.platform = j.platform AND d.owner = j.owner
        AND d.order_id = j.order_id AND d.kind = s.kind;
    INSERT INTO deadlines (platform, owner, order_id, kind, due_at)
      SELECT j.platform, j.owner, j.order_id, s.kind, s."dueAt"
      FROM unnest(batch) AS j, jsonb_to_recordset(j.deadlines) AS s(kind text, "dueAt" bigint)
      WHERE s."dueAt" IS NOT NULL
      ON CONFLICT (platform, owner, order_id, kind) DO UPDATE SET due_at = excluded.due_at, lease_until = 0;
  END IF;
  IF EXISTS (SELECT FROM unnest(batch) AS j WHERE j.sealed IS NOT NULL) THEN
    INSERT INTO sealed_texts (platform, owner, order_id, created_at, name, sealed, mask)
      SELECT j.platform, j.owner, j.order_id, j.created_at, s.name, s.sealed, s.mask
      FROM unnest(batch) AS j, jsonb_to_recordset(j.sealed) AS s(name text, sealed text, mask text)
      ON CONFLICT (platform, owner, order_id, created_at, name)
        DO UPDATE SET sealed = excluded.sealed, mask = excluded.mask;
  END IF;
  SELECT coalesce(array_agg(j.n), '{}') INTO committed FROM unnest(batch) AS j;
END $$;

CREATE TYPE new_order_1 AS (
  platform text, owner text, order_id text, created_at bigint, state text, attributes text, lines text,
  keys jsonb, unique_keys jsonb, lists jsonb, actor text, note text, request_id bigint, deadlines jsonb
);

-- The order that is there already under the id or a unique key of a new one; null when the new one
-- now has them.
CREATE FUNCTION take_order_id_1(o new_order_1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  k record;
  holder text;
  taken bigint := 0;
BEGIN
  FOR k IN SELECT u.value ->> 0 AS name, u.value ->> 1 AS value, u.i
      FROM jsonb_array_elements(o.unique_keys) WITH ORDINALITY AS u(value, i) LOOP
    INSERT INTO unique_keys VALUES (o.platform, o.owner, k.name, k.value, o.order_id, o.created_at)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT u.order_id INTO holder FROM unique_keys u
        WHERE u.platform = o.platform AND u.owner = o.owner AND u.name = k.name AND u.value = k.value;
      EXIT;
    END IF;
    taken := k.i;
  END LOOP;
  IF holder IS NULL THEN
    INSERT INTO order_ids VALUES (o.platform, o.order_id, o.owner, o.created_at) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN NULL; END IF;
  END IF;
  -- It does not come to be: the keys that were just taken are given back.
  IF taken > 0 THEN
    DELETE FROM unique_keys u USING jsonb_array_elements(o.unique_keys) WITH ORDINALITY AS t(value, i)
      WHERE u.platform = o.platform AND u.owner = o.owner
        AND u.name = t.value ->> 0 AND u.value = t.value ->> 1 AND t.i <= taken;
  END IF;
  RETURN coalesce(holder, o.order_id);
END $$;

-- One more entry of a list, whose row the caller has locked.
CREATE FUNCTION count_entry_1(p text, o text, l text, place_at bigint, place_id text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  max_children CONSTANT integer := 256;
  added integer := 1;
  run record;
  all_children integer;
  half integer;
  split record;
BEGIN
  INSERT INTO list_entries VALUES (p, o, l, place_at, place_id);
  FOR lv IN 0..1 LOOP
    SELECT first_at, first_id, children INTO run FROM list_counts c
      WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
        AND (c.first_at, c.first_id) <= (place_at, place_id)
      ORDER BY first_at DESC, first_id DESC LIMIT 1;
    UPDATE list_counts c SET children = children + added, entries = entries + 1
      WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
        AND c.first_at = run.first_at AND c.first_id = run.first_id;
    all_children := run.children + added;
    added := 0;
    IF all_children > max_children THEN
      -- A run of the upper half of it; where the next begins is known by the number of its children.
      half := all_children / 2;
      IF lv = 0 THEN
        SELECT e.created_at AS at, e.order_id AS id, (all_children - half)::bigint AS entries INTO split
          FROM list_entries e
          WHERE e.platform = p AND e.owner = o AND e.name = l
            AND (e.created_at, e.order_id) >= (run.first_at, run.first_id)
          ORDER BY e.created_at, e.order_id OFFSET half LIMIT 1;
      ELSE
        SELECT (array_agg(r.first_at ORDER BY r.i))[1] AS at, (array_agg(r.first_id ORDER BY r.i))[1] AS id,
            sum(r.entries)::bigint AS entries INTO split
          FROM (SELECT c.first_at, c.first_id, c.entries, row_number() OVER (ORDER BY c.first_at, c.first_id) AS i
                FROM list_counts c
                WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv - 1
                  AND (c.first_at, c.first_id) >= (run.first_at, run.first_id)
                ORDER BY c.first_at, c.first_id LIMIT all_children) AS r
          WHERE r.i > half;
      END IF;
      INSERT INTO list_counts VALUES (p, o, l, lv, split.at, split.id, all_children - half, split.entries);
      UPDATE list_counts c SET children = half, entries = entries - split.entries
        WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
          AND c.first_at = run.first_at AND c.first_id = run.first_id;
      added := 1;
    END IF;
  END LOOP;
END $$;

-- Creations, each whole or not at all.
CREATE FUNCTION create_orders_1(write_token bigint, jobs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  job jsonb;
  results jsonb := '[]';
  result jsonb;
  there text;
  existing text[];
  rows new_order_1[];
  not_made integer[];
  o record;
  e record;
  kept record;
  asked_at bigint;
BEGIN
  FOR job IN SELECT value FROM jsonb_array_elements(jobs) LOOP
    existing := '{}';
    not_made := '{}';
    asked_at := (job ->> 'now')::bigint;
    BEGIN
      IF job ->> 'onceKey' IS NOT NULL THEN
        INSERT INTO kept_replies (key, reply, fingerprint, expires_at, kept_at)
          VALUES (job ->> 'onceKey', '0', job ->> 'fingerprint', (job ->> 'onceUntil')::bigint, asked_at)
          ON CONFLICT (key) DO UPDATE SET reply = excluded.reply, fingerprint = excluded.fingerprint,
            expires_at = excluded.expires_at, kept_at = excluded.kept_at
            WHERE kept_replies.expires_at <= excluded.kept_at;
        IF NOT FOUND THEN
          SELECT reply, fingerprint INTO kept FROM kept_replies WHERE key = job ->> 'onceKey';
          IF kept.fingerprint IS DISTINCT FROM job ->> 'fingerprint' THEN
            results := results || jsonb_build_object('result', 'key-reused');
          ELSE
            results := results || jsonb_build_object('result', 'replayed', 'created', kept.reply::integer);
          END IF;
          CONTINUE;
        END IF;
      END IF;
      SELECT array_agg(r) INTO rows FROM jsonb_populate_recordset(NULL::new_order_1, job -> 'rows') AS r;
      FOR o IN SELECT r AS new_order, i FROM (
          SELECT r, row_number() OVER () AS i FROM unnest(rows) AS r) AS s ORDER BY i LOOP
        there := take_order_id_1(o.new_order);
        CONTINUE WHEN there IS NULL;
        existing := existing || there;
        not_made := not_made || o.i::integer;
      END LOOP;
      IF job ->> 'existing' = 'refuse' AND cardinality(existing) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'OG001', MESSAGE = 'undone';
      END IF;
      IF cardinality(not_made) > 0 THEN
        SELECT array_agg(r) INTO rows FROM (SELECT r, row_number() OVER () AS i FROM unnest(rows) AS r) AS s
          WHERE i <> ALL (not_made);
      END IF;
      INSERT INTO orders (platform, owner, order_id, created_at, state, version, updated_at, attributes, lines)
        SELECT r.platform, r.owner, r.order_id, r.created_at, r.state, 1, asked_at, r.attributes, r.lines
        FROM unnest(rows) AS r;
      INSERT INTO history (platform, owner, order_id, created_at, version, at, action, to_state, actor, note,
          request_id, event_type, token)
        SELECT r.platform, r.owner, r.order_id, r.created_at, 1, asked_at, 'created', r.state, r.actor, r.note,
          r.request_id, 'order.created', write_token
        FROM unnest(rows) AS r;
      INSERT INTO order_keys (platform, owner, order_id, created_at, name, value)
        SELECT r.platform, r.owner, r.order_id, r.created_at, k ->> 0, k ->> 1
        FROM unnest(rows) AS r, jsonb_array_elements(r.keys) AS k WHERE k ->> 1 <> ''
        ON CONFLICT DO NOTHING;
      INSERT INTO deadlines (platform, owner, order_id, kind, due_at)
        SELECT r.platform, r.owner, r.order_id, s.kind, s."dueAt"
        FROM unnest(rows) AS r, jsonb_to_recordset(r.deadlines) AS s(kind text, "dueAt" bigint);
      -- A list's row is its lock, taken in one order by all: who counts next sees what was counted.
      FOR e IN SELECT DISTINCT r.platform AS p, r.owner AS o, l AS name
          FROM unnest(rows) AS r, jsonb_array_elements_text(r.lists) AS l
          ORDER BY 1, 2, 3 LOOP
        INSERT INTO lists VALUES (e.p, e.o, e.name) ON CONFLICT DO NOTHING;
        IF FOUND THEN
          INSERT INTO list_counts SELECT e.p, e.o, e.name, lv, -9007199254740991, '', lv, 0
            FROM generate_series(0, 1) AS lv;
        END IF;
        PERFORM FROM lists s WHERE s.platform = e.p AND s.owner = e.o AND s.name = e.name FOR UPDATE;
      END LOOP;
      PERFORM count_entry_1(r.platform, r.owner, l, r.created_at, r.order_id)
        FROM unnest(rows) AS r, jsonb_array_elements_text(r.lists) AS l;
      IF job ->> 'onceKey' IS NOT NULL THEN
        UPDATE kept_replies SET reply = coalesce(cardinality(rows), 0)::text WHERE key = job ->> 'onceKey';
      END IF;
      result := jsonb_build_object('result', 'created', 'created', coalesce(cardinality(rows), 0), 'existing', existing);
    EXCEPTION WHEN SQLSTATE 'OG001' THEN
      result := jsonb_build_object('result', 'exists', 'existing', existing);
    END;
    results := results || result;
  END LOOP;
  RETURN results;
END $$;

-- How many entries of a list stand before a time.
CREATE FUNCTION list_rank_1(p text, o text, l text, before bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  run record;
  from_at bigint := -9007199254740991;
  from_id text := '';
  rank bigint := 0;
  part bigint;
BEGIN
  FOR lv IN REVERSE 1..0 LOOP
    SELECT first_at, first_id INTO run FROM list_counts c
      WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
        AND (c.first_at, c.first_id) <= (before, '')
      ORDER BY first_at DESC, first_id DESC LIMIT 1;
    IF NOT FOUND THEN RETURN 0; END IF;
    SELECT coalesce(sum(c.entries), 0) INTO part FROM list_counts c
      WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
        AND (c.first_at, c.first_id) >= (from_at, from_id)
        AND (c.first_at, c.first_id) < (run.first_at, run.first_id);
    rank := rank + part;
    from_at := run.first_at;
    from_id := run.first_id;
  END LOOP;
  SELECT count(*) INTO part FROM list_entries e
    WHERE e.platform = p AND e.owner = o AND e.name = l
      AND (e.created_at, e.order_id) >= (from_at, from_id)
      AND (e.created_at, e.order_id) < (before, '');
  RETURN rank + part;
END $$;

-- One page of a list by position. One row without an order when it is empty, for the total.
CREATE FUNCTION list_page_1(p text, o text, l text, from_at bigint, to_at bigint, skipped bigint, wanted integer)
RETURNS TABLE (total bigint, order_id text, state text, version integer, created_at bigint,
  updated_at bigint, attributes text, lines text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  first_rank bigint := list_rank_1(p, o, l, from_at);
  total_count bigint := greatest(0, list_rank_1(p, o, l, to_at) - first_rank);
  skip bigint := first_rank + skipped;
  at bigint := -9007199254740991;
  id text := '';
  run record;
BEGIN
  IF skipped >= total_count THEN
    RETURN QUERY SELECT total_count, NULL::text, NULL::text, NULL::integer, NULL::bigint, NULL::bigint,
      NULL::text, NULL::text;
    RETURN;
  END IF;
  FOR lv IN REVERSE 1..0 LOOP
    FOR run IN SELECT c.first_at, c.first_id, c.entries FROM list_counts c
        WHERE c.platform = p AND c.owner = o AND c.name = l AND c.level = lv
          AND (c.first_at, c.first_id) >= (at, id)
        ORDER BY c.first_at, c.first_id LOOP
      at := run.first_at;
      id := run.first_id;
      EXIT WHEN skip < run.entries;
      skip := skip - run.entries;
    END LOOP;
  END LOOP;
  RETURN QUERY
    SELECT total_count, r.order_id, r.state, r.version, r.created_at, r.updated_at, r.attributes, r.lines
    FROM (SELECT e.platform, e.owner, e.created_at, e.order_id FROM list_entries e
          WHERE e.platform = p AND e.owner = o AND e.name = l AND (e.created_at, e.order_id) >= (at, id)
          ORDER BY e.created_at, e.order_id LIMIT least(wanted, total_count - skipped) OFFSET skip) AS entry
    JOIN orders r ON r.platform = entry.platform AND r.owner = entry.owner AND r.order_id = entry.order_id
      AND r.created_at = entry.created_at
    ORDER BY entry.created_at, entry.order_id;
END $$;

-- Admits calls, each if everything it counts in has room; the name of what is full, or null, by n.
-- A node that has not been seen for as long as 'alive' says has no calls under way any more.
-- under_way: how many calls of some keys this node has, whatever was said before.
CREATE FUNCTION enter_calls_1(this_node text, alive interval, under_way jsonb, calls jsonb) RETURNS jsonb
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
      -- A call that is late by a clock's error counts in the window that has begun.
      WITH held AS (
        INSERT INTO limit_counts (key, ends_at, count)
          SELECT w.name || ' ' || call.key, w."endsAt", 0
          FROM jsonb_to_recordset(call.windows) AS w(name text, "endsAt" bigint)
          ORDER BY 1
        ON CONFLICT (key) DO UPDATE SET ends_at = greatest(limit_counts.ends_at, excluded.ends_at),
          count = CASE WHEN limit_counts.ends_at < excluded.ends_at THEN 0 ELSE limit_counts.count END
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
