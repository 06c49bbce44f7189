-- What operators do to deliveries by hand: send one now, give one up, bring forward, and take an endpoint away.

-- Leases one delivery before its time, or says why not.
CREATE FUNCTION claim_delivery_1(this_node text, wanted bigint, now_ms bigint, lease_ms bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  d deliveries;
  e endpoints;
  earlier bigint;
BEGIN
  SELECT * INTO e FROM endpoints WHERE id = (SELECT endpoint FROM deliveries WHERE id = wanted) FOR NO KEY UPDATE;
  -- As it is now that the queue of its endpoint is locked.
  SELECT * INTO d FROM deliveries WHERE id = wanted;
  IF NOT FOUND THEN RETURN jsonb_build_object('kind', 'unknown'); END IF;
  IF d.state <> 0 THEN RETURN jsonb_build_object('kind', 'ended', 'state', d.state); END IF;
  IF d.claim_at IS NULL THEN
    SELECT h.id INTO earlier FROM deliveries h WHERE h.order_id = d.order_id AND h.platform = d.platform
      AND h.endpoint = d.endpoint AND h.state = 0 AND h.claim_at IS NOT NULL LIMIT 1;
    RETURN jsonb_build_object('kind', 'waits', 'earlier', earlier);
  END IF;
  IF d.claim_at > d.due_at AND d.claim_at > now_ms THEN
    RETURN jsonb_build_object('kind', 'under-way', 'until', d.claim_at);
  END IF;
  IF e.enabled = 0 THEN RETURN jsonb_build_object('kind', 'endpoint-off'); END IF;
  -- A lease is a claim_at behind due_at, so the time that it would have waited for goes.
  UPDATE deliveries SET claim_at = now_ms + lease_ms, due_at = least(due_at, now_ms), claimed_by = this_node
    WHERE id = wanted;
  RETURN jsonb_build_object('kind', 'claimed', 'dueAt', d.due_at, 'endpoint', to_jsonb(e), 'delivery',
    jsonb_build_object('deliveryId', d.id, 'messageId', d.message_id, 'endpointId', e.endpoint_id, 'step', d.step,
      'contentType', d.content_type, 'body', d.body, 'leaseUntil', now_ms + lease_ms));
END $$;

CREATE FUNCTION give_up_1(wanted bigint, now_ms bigint, detail text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  d deliveries;
BEGIN
  PERFORM FROM endpoints WHERE id = (SELECT endpoint FROM deliveries WHERE id = wanted) FOR NO KEY UPDATE;
  SELECT * INTO d FROM deliveries WHERE id = wanted;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  IF d.state <> 0 THEN RETURN 'ended'; END IF;
  IF d.claim_at > d.due_at AND d.claim_at > now_ms THEN RETURN 'under-way'; END IF;
  UPDATE deliveries SET state = 2, ended_at = now_ms, claim_at = NULL WHERE id = wanted;
  INSERT INTO callback_alerts (at, kind, endpoint, delivery, detail)
    VALUES (now_ms, 'dead-letter', d.endpoint, wanted, detail);
  PERFORM let_next_out_1(d.platform, d.order_id, d.endpoint, now_ms);
  RETURN 'given-up';
END $$;

-- Ends the pause of an endpoint that is on, and brings at most that many of what waits for its time forward.
CREATE FUNCTION end_pause_1(wanted text, now_ms bigint, at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
  moved integer;
BEGIN
  UPDATE endpoints SET failures = 0, failing_since = NULL, open_until = NULL
    WHERE endpoint_id = wanted AND enabled = 1 RETURNING id INTO place;
  IF NOT FOUND THEN RETURN 0; END IF;
  -- Those under way have the end of their lease in claim_at; those that wait for an earlier one, nothing.
  UPDATE deliveries SET due_at = now_ms, claim_at = now_ms WHERE id IN (
    SELECT d.id FROM deliveries d WHERE d.endpoint = place AND d.state = 0 AND d.claim_at > now_ms
      AND d.claim_at = d.due_at LIMIT at_most);
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;

-- Ends at most that many of what is pending, and takes the endpoint away when that was all; null where there is none.
CREATE FUNCTION delete_endpoint_1(wanted text, now_ms bigint, at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
  ended integer;
BEGIN
  -- Off first, so that a deletion that is cut short between two steps sends nothing more.
  UPDATE endpoints SET off_reason = CASE WHEN enabled = 1 THEN 'it is being deleted' ELSE off_reason END,
      off_at = CASE WHEN enabled = 1 THEN now_ms ELSE off_at END, enabled = 0
    WHERE endpoint_id = wanted AND origin <> 'deleted' RETURNING id INTO place;
  IF NOT FOUND THEN RETURN NULL; END IF;
  -- In the index's order: those that wait before those that they wait for.
  UPDATE deliveries SET state = 2, ended_at = now_ms, claim_at = NULL WHERE id IN (
    SELECT d.id FROM deliveries d WHERE d.endpoint = place AND d.state = 0
      AND (d.claim_at IS NULL OR d.claim_at = d.due_at OR d.claim_at <= now_ms)
      ORDER BY d.claim_at DESC LIMIT at_most);
  GET DIAGNOSTICS ended = ROW_COUNT;
  IF ended < at_most THEN UPDATE endpoints SET origin = 'deleted', secrets = '' WHERE id = place; END IF;
  RETURN ended;
END $$;
