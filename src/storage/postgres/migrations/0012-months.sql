-- A load that opens the partition of one month, whatever the number of months.

-- A join of order_ids with orders prepares a scan of every month's partition at each call, although
-- it reads one: 36 months doubled the time of a load. Here the order's time is a parameter of the
-- inner statement, by which PostgreSQL leaves out all partitions but one before it opens any.
-- STABLE: all orders of a call are those of the calling statement's snapshot.
CREATE FUNCTION load_1(platforms text[], ids text[], keys text[], nows bigint[])
RETURNS TABLE (
  n bigint, owner text, state text, version integer, created_at bigint, updated_at bigint,
  attributes text, lines text, reply text, now bigint, clock_offset bigint, is_owed boolean
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  q record;
BEGIN
  -- The statement's own time in milliseconds, taken when it arrived at the database.
  now := floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint;
  clock_offset := (SELECT s.value::bigint FROM settings s WHERE s.name = 'clock-offset');
  is_owed := current_setting('synchronous_standby_names') <> '';
  FOR q IN
    SELECT g.n, i.platform, i.owner, i.order_id, i.created_at, k.reply
    FROM unnest(platforms, ids, keys, nows) WITH ORDINALITY
      AS g (platform, order_id, once_key, once_now, n)
    LEFT JOIN order_ids i ON i.order_id = g.order_id AND i.platform = g.platform
    LEFT JOIN kept_replies k ON k.key = g.once_key
      AND k.expires_at > coalesce(g.once_now, now + coalesce(clock_offset, 0) * 1000)
  LOOP
    n := q.n;
    reply := q.reply;
    -- Without a row all of them are null.
    SELECT o.owner, o.state, o.version, o.created_at, o.updated_at, o.attributes, o.lines
      INTO owner, state, version, created_at, updated_at, attributes, lines FROM orders o
      WHERE o.platform = q.platform AND o.owner = q.owner AND o.order_id = q.order_id
        AND o.created_at = q.created_at;
    RETURN NEXT;
  END LOOP;
END $$;
