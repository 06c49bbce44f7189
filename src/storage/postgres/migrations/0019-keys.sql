-- Primary keys for the two tables without one: logical replication and Citus need a key for each change of a row.
ALTER TABLE schema_version ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

-- The cursor is no key: an index on it would make each change of the cursor dearer. There is one row.
ALTER TABLE fan_out ADD COLUMN number integer NOT NULL DEFAULT 1;
ALTER TABLE fan_out ADD CONSTRAINT fan_out_pkey PRIMARY KEY (number);
