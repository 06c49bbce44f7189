-- All changes of deliveries lock endpoints by rising id, or two of them could wait for each other. The first version
-- of this function did not: it goes round the endpoints from the one that was served last, so that it locked lower
-- ids after higher ones, and nodes with several endpoints met in deadlocks of a second each.

-- Leases what is due. Beyond the round's end it skips an endpoint that another transaction has locked: whoever holds
-- the lock claims or settles that endpoint's deliveries, and the next round begins behind the one that was served last.
CREATE FUNCTION claim_deliveries_2(this_node text, now_ms bigint, wanted integer, per_endpoint integer,
  under_way jsonb, lease_ms bigint, after bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  place bigint := after;
  wrapped boolean := after = 0;
  e endpoints;
  busy integer;
  room integer;
  leased jsonb;
  found_deliveries jsonb := '[]';
  found_endpoints jsonb := '[]';
  last_served bigint := after;
  highest_locked bigint := 0;
BEGIN
  WHILE jsonb_array_length(found_deliveries) < wanted LOOP
    SELECT d.endpoint INTO place FROM deliveries d WHERE d.state = 0 AND d.endpoint > place
      ORDER BY d.endpoint LIMIT 1;
    IF NOT FOUND OR (wrapped AND after > 0 AND place > after) THEN
      EXIT WHEN wrapped;
      wrapped := true;
      place := 0;
      CONTINUE;
    END IF;
    IF place < highest_locked THEN
      SELECT * INTO e FROM endpoints WHERE id = place AND enabled = 1
        AND (open_until IS NULL OR open_until <= now_ms) FOR NO KEY UPDATE SKIP LOCKED;
    ELSE
      SELECT * INTO e FROM endpoints WHERE id = place AND enabled = 1
        AND (open_until IS NULL OR open_until <= now_ms) FOR NO KEY UPDATE;
    END IF;
    CONTINUE WHEN NOT FOUND;
    highest_locked := greatest(highest_locked, place);
    busy := coalesce((under_way ->> e.endpoint_id)::integer, 0);
    -- A breaker past its time lets one through, when nothing of before is left.
    room := least(CASE WHEN e.open_until IS NULL THEN per_endpoint - busy ELSE 1 - least(1, busy) END,
      wanted - jsonb_array_length(found_deliveries));
    CONTINUE WHEN room <= 0;
    WITH due AS (
      SELECT d.id FROM deliveries d WHERE d.endpoint = e.id AND d.state = 0 AND d.claim_at <= now_ms
        ORDER BY d.claim_at, d.id LIMIT room
    ), mine AS (
      UPDATE deliveries d SET claim_at = now_ms + lease_ms, claimed_by = this_node FROM due WHERE d.id = due.id
      RETURNING d.id, d.message_id, d.step, d.content_type, d.body
    )
    SELECT jsonb_agg(jsonb_build_object('deliveryId', id, 'messageId', message_id, 'endpointId', e.endpoint_id,
      'step', step, 'contentType', content_type, 'body', body) ORDER BY id) INTO leased FROM mine;
    CONTINUE WHEN leased IS NULL;
    found_deliveries := found_deliveries || leased;
    IF e.open_until IS NOT NULL THEN
      UPDATE endpoints SET open_until = now_ms + lease_ms WHERE id = e.id;
    END IF;
    found_endpoints := found_endpoints || to_jsonb(e);
    last_served := e.id;
  END LOOP;
  RETURN jsonb_build_object('deliveries', found_deliveries, 'endpoints', found_endpoints, 'last', last_served);
END $$;
