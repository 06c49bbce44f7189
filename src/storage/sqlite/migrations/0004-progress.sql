-- One row: how many commits the ledger has seen. The mark beside the ledger names the newest that was on disk.
CREATE TABLE progress (commits INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (0);
