-- case: add and drop
CREATE TABLE u (id int, code text);
CREATE TABLE t (id int, u_id int, code text, during int4range);
ALTER TABLE u ADD PRIMARY KEY (id);
ALTER TABLE t ADD CONSTRAINT t_key PRIMARY KEY (id);
ALTER TABLE t ADD FOREIGN KEY (u_id) REFERENCES u NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT t_u_id_fkey;
ALTER TABLE t ADD UNIQUE (code);
ALTER TABLE t ADD CHECK (code <> '');
ALTER TABLE t ADD CONSTRAINT short CHECK (length(code) < 10) NOT VALID;
ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&);
ALTER TABLE t ALTER CONSTRAINT t_u_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE t RENAME CONSTRAINT t_code_key TO code_once;
ALTER TABLE t DROP CONSTRAINT short;
ALTER TABLE t DROP CONSTRAINT IF EXISTS nowhere;
ALTER TABLE u DROP CONSTRAINT u_pkey CASCADE;

-- case: from an index
CREATE TABLE t (a int NOT NULL, b int);
CREATE UNIQUE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_a;
ALTER TABLE t ADD UNIQUE USING INDEX t_b;

-- case: parameters of the indexes behind
CREATE TABLE t (
    id int CONSTRAINT t_key PRIMARY KEY WITH (fillfactor = 70),
    a int CONSTRAINT a_once UNIQUE WITH (fillfactor = 60, deduplicate_items = off) USING INDEX TABLESPACE pg_default,
    b int,
    c int4range,
    CONSTRAINT b_once UNIQUE (b, a) INCLUDE (id) WITH (fillfactor = 50),
    CONSTRAINT apart EXCLUDE USING gist (c WITH &&) WITH (fillfactor = 80)
);
ALTER TABLE t ADD CONSTRAINT again UNIQUE (b) WITH (fillfactor = 40);
ALTER TABLE t ADD COLUMN d int CONSTRAINT d_once UNIQUE WITH (fillfactor = 30);
ALTER INDEX t_key SET (fillfactor = 71);
ALTER INDEX again RESET (fillfactor);
ALTER TABLE t RENAME CONSTRAINT b_once TO b_twice;
ALTER INDEX apart RENAME TO parted;
ALTER TABLE t DROP CONSTRAINT d_once;
ALTER TABLE t DROP COLUMN a;
ALTER TABLE t RENAME TO u;
