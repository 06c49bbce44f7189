-- One party moves from its group to another: the journal of such moves, what a group keeps of changes that have left
-- it, and what it knows of changes that have come to it.

-- In the home schema alone: what a mover of a party has done, so that a move that was cut off goes on or goes back.
CREATE TABLE party_moves (
  move_id       text COLLATE "C" PRIMARY KEY,
  platform      text COLLATE "C" NOT NULL,
  party_id      text COLLATE "C" NOT NULL,
  -- JSON: all ids that move, which are the owners of the party and of those parties that share an owner with it.
  owners        text NOT NULL,
  from_group    text COLLATE "C" NOT NULL,
  to_group      text COLLATE "C" NOT NULL,
  step          text NOT NULL,
  begun_at      bigint NOT NULL,
  ended_at      bigint,
  -- What is added to a number of an event, a delivery, an endpoint and an alert of the old group.
  seq_shift      bigint NOT NULL DEFAULT 0,
  delivery_shift bigint NOT NULL DEFAULT 0,
  endpoint_shift bigint NOT NULL DEFAULT 0,
  alert_shift    bigint NOT NULL DEFAULT 0,
  -- Until when the endpoints of the party are paused at the old group.
  paused_until  bigint,
  detail        text
);
-- A group gives and takes one party at a time.
CREATE UNIQUE INDEX party_moves_from ON party_moves (from_group) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX party_moves_to ON party_moves (to_group) WHERE ended_at IS NULL;
CREATE TRIGGER groups_changed AFTER INSERT OR UPDATE OR DELETE ON party_moves
  FOR EACH STATEMENT EXECUTE FUNCTION groups_changed_1();

-- What chain_groups was computed from, for changes whose orders are in another group now.
CREATE TABLE departed_changes (
  seq        bigint NOT NULL,
  -- Of the order.
  created_at bigint NOT NULL,
  hash       text,
  PRIMARY KEY (seq)
);

-- Changes that came from another group have numbers below 1, which no callback of this group will read as new.
CREATE TABLE arrivals (
  move_id    text COLLATE "C" PRIMARY KEY,
  platform   text COLLATE "C" NOT NULL,
  -- JSON: the ids that came.
  owners     text NOT NULL,
  -- The numbers that are set aside for the changes of this move.
  first_seq  bigint NOT NULL,
  last_seq   bigint NOT NULL,
  arrived_at bigint,
  -- As in chain_groups, over the changes that came; null until the party is served here.
  changes    bigint,
  hash       text,
  parts      text,
  -- The number of the group of the chain that holds the hash; null until there is one.
  group_number bigint
);
