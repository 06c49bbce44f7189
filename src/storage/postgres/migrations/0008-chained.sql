-- Changes and creations that carry the chain. Nodes of the version before go on with the functions before,
-- and write changes without a hash: the next change of such an order is chained to the last one that has one.

CREATE TYPE change_2 AS (
  n integer, platform text, owner text, order_id text, created_at bigint, version integer,
  state text, at bigint, attributes text, lines text,
  action text, line text, from_state text, to_state text, actor text, note text, request_id bigint,
  event_type text, event_payload text,
  once_key text, once_reply text, once_until bigint,
  deadline_id bigint, lease_until bigint, deadlines jsonb, sealed jsonb,
  document text, chain_text text
);

-- Changes of orders, each whole or not at all; version is the one that each was decided upon.
-- At most one change an order and one a once-key may be in one call.
CREATE FUNCTION commit_changes_2(write_token bigint, jobs jsonb, OUT committed integer[], OUT lost integer[])
LANGUAGE plpgsql AS $$
DECLARE
  batch change_2[];
BEGIN
  lost := '{}';
  -- Locked in one order by all nodes, so that none waits for another in a circle.
  SELECT array_agg(l.j) INTO batch FROM (
    SELECT j FROM jsonb_populate_recordset(NULL::change_2, jobs) AS j
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

  WITH changed AS (
    UPDATE orders o SET state = j.state, version = j.version + 1, updated_at = j.at,
        attributes = j.attributes, lines = j.lines,
        -- The hash before is known here only: the row is locked.
        head = encode(sha256(convert_to(
          '[' || coalesce('"' || o.head || '"', 'null') || ',' || j.chain_text, 'UTF8')), 'base64')
      FROM unnest(batch) AS j
      WHERE o.platform = j.platform AND o.owner = j.owner
        AND o.order_id = j.order_id AND o.created_at = j.created_at
      RETURNING j.n, o.head
  )
  INSERT INTO history (platform, owner, order_id, created_at, version, at, action, line, from_state,
      to_state, actor, note, request_id, event_type, event_payload, token, document, hash)
    SELECT j.platform, j.owner, j.order_id, j.created_at, j.version + 1, j.at, j.action, j.line,
      j.from_state, j.to_state, j.actor, j.note, j.request_id, j.event_type, j.event_payload, write_token,
      j.document, c.head
    FROM unnest(batch) AS j JOIN changed AS c USING (n);
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

CREATE TYPE new_order_2 AS (
  platform text, owner text, order_id text, created_at bigint, state text, attributes text, lines text,
  keys jsonb, unique_keys jsonb, lists jsonb, actor text, note text, request_id bigint, deadlines jsonb,
  document text, hash text
);

-- The order that is there already under the id or a unique key of a new one; null when the new one
-- now has them.
CREATE FUNCTION take_order_id_2(o new_order_2) RETURNS text LANGUAGE plpgsql AS $$
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

-- Creations, each whole or not at all.
CREATE FUNCTION create_orders_2(write_token bigint, jobs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  job jsonb;
  results jsonb := '[]';
  result jsonb;
  there text;
  existing text[];
  rows new_order_2[];
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
      SELECT array_agg(r) INTO rows FROM jsonb_populate_recordset(NULL::new_order_2, job -> 'rows') AS r;
      FOR o IN SELECT r AS new_order, i FROM (
          SELECT r, row_number() OVER () AS i FROM unnest(rows) AS r) AS s ORDER BY i LOOP
        there := take_order_id_2(o.new_order);
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
      INSERT INTO orders (platform, owner, order_id, created_at, state, version, updated_at, attributes, lines,
          head)
        SELECT r.platform, r.owner, r.order_id, r.created_at, r.state, 1, asked_at, r.attributes, r.lines, r.hash
        FROM unnest(rows) AS r;
      INSERT INTO history (platform, owner, order_id, created_at, version, at, action, to_state, actor, note,
          request_id, event_type, token, document, hash)
        SELECT r.platform, r.owner, r.order_id, r.created_at, 1, asked_at, 'created', r.state, r.actor, r.note,
          r.request_id, 'order.created', write_token, r.document, r.hash
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
