-- case: on an old table
-- setup
CREATE TABLE booking (id bigint PRIMARY KEY, during tstzrange);
-- judge
-- finds: exclusion-blocks
ALTER TABLE booking ADD EXCLUDE USING gist (during WITH &&);

-- case: on a new table
-- judge
CREATE TABLE booking (id bigint PRIMARY KEY, during tstzrange);
ALTER TABLE booking ADD EXCLUDE USING gist (during WITH &&);
