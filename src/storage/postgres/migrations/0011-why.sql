-- The request log keeps what the detective found out about a refused signature, as JSON.

ALTER TABLE requests ADD COLUMN why text;
