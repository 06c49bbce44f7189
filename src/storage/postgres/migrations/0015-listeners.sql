-- Listeners: named cursors over the events of a party. A program pulls its callbacks and acknowledges them.

CREATE TABLE listeners (
  name        text COLLATE "C" PRIMARY KEY,
  platform    text NOT NULL,
  party       text NOT NULL,
  -- Whose form and secrets its callbacks have; null: its own.
  endpoint_id text,
  -- Every event up to this one is acknowledged.
  cursor      bigint NOT NULL,
  -- Of whoever opened it last; nobody else may acknowledge.
  session     text NOT NULL DEFAULT '',
  created_at  bigint NOT NULL,
  seen_at     bigint NOT NULL
);
CREATE INDEX listeners_party ON listeners (platform, party);

-- Events whose delivery an operator sent again.
CREATE TABLE listener_resends (
  name  text COLLATE "C" NOT NULL,
  seq   bigint NOT NULL,
  times integer NOT NULL,
  PRIMARY KEY (name, seq)
);

CREATE FUNCTION listeners_resend_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO listener_resends AS r (name, seq, times)
    SELECT l.name, NEW.seq, 1 FROM endpoints e JOIN listeners l ON l.platform = e.platform AND l.party = e.party
    WHERE e.id = NEW.endpoint AND (l.endpoint_id IS NULL OR l.endpoint_id = e.endpoint_id)
    ON CONFLICT (name, seq) DO UPDATE SET times = r.times + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER listeners_resend AFTER UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (OLD.state <> 0 AND NEW.state = 0) EXECUTE FUNCTION listeners_resend_1();
