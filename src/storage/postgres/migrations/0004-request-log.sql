-- The request log keeps what a reply said, and how many bytes it holds, by minute and node.

ALTER TABLE requests ADD COLUMN words text;

-- bucket: ids of one minute (60,000 ms times 4096) divided by their number. A table's size says nothing
-- of the rows that are left after a deletion, so that what is written is counted here.
CREATE TABLE request_bytes (
  bucket bigint NOT NULL,
  node   text COLLATE "C" NOT NULL,
  bytes  bigint NOT NULL,
  PRIMARY KEY (bucket, node)
);
INSERT INTO request_bytes (bucket, node, bytes)
  SELECT id / 245760000, '', pg_total_relation_size('requests') FROM requests ORDER BY id DESC LIMIT 1;
