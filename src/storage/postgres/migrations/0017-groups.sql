-- Groups of owners: where each group's ledger is, which group each owner belongs to, and which group holds an order.
-- The tables are used in the home schema alone; in every other ledger they stay empty.

-- Where a group is served now. The file of ORDERGATE_GROUPS names the servers' URLs, which hold secrets.
CREATE TABLE groups (
  name   text COLLATE "C" PRIMARY KEY,
  server text NOT NULL,
  schema text NOT NULL,
  -- One more with each move, so that a node recognises what it knows as old.
  epoch  bigint NOT NULL DEFAULT 1,
  state  text NOT NULL DEFAULT 'serving' CHECK (state IN ('serving', 'moving'))
);

-- An owner is a party, or an id under which a party owns orders.
CREATE TABLE party_groups (
  platform   text COLLATE "C" NOT NULL,
  party_id   text COLLATE "C" NOT NULL,
  group_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (platform, party_id)
);
CREATE INDEX party_groups_group ON party_groups (group_name);

-- Ids of orders, each reserved by its group before the order is made, so that no two groups make the same id.
CREATE TABLE order_places (
  platform   text COLLATE "C" NOT NULL,
  order_id   text COLLATE "C" NOT NULL,
  group_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (platform, order_id)
);

-- The journal of moves: what a mover has done, so that a move that was cut off goes on or goes back.
CREATE TABLE moves (
  move_id      text PRIMARY KEY,
  group_name   text COLLATE "C" NOT NULL,
  from_server  text NOT NULL,
  from_schema  text NOT NULL,
  to_server    text NOT NULL,
  to_schema    text NOT NULL,
  step         text NOT NULL,
  begun_at     bigint NOT NULL,
  ended_at     bigint,
  publication  text NOT NULL,
  slot         text NOT NULL,
  subscription text NOT NULL,
  detail       text
);
-- A group has one move at a time.
CREATE UNIQUE INDEX moves_under_way ON moves (group_name) WHERE ended_at IS NULL;

-- Every node reads the placement anew when it changes. A new owner is not told: a node looks up an owner it does not
-- know.
INSERT INTO shared_versions VALUES ('groups', 0);
CREATE FUNCTION groups_changed_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE shared_versions SET version = version + 1 WHERE topic = 'groups';
  PERFORM pg_notify('ordergate_' || current_schema(), 'groups');
  RETURN NULL;
END $$;
CREATE TRIGGER groups_changed AFTER INSERT OR UPDATE OR DELETE ON groups
  FOR EACH STATEMENT EXECUTE FUNCTION groups_changed_1();
CREATE TRIGGER groups_changed AFTER UPDATE OR DELETE ON party_groups
  FOR EACH STATEMENT EXECUTE FUNCTION groups_changed_1();
