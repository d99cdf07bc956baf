-- Triggers, sequences, domains and computed columns of PostgreSQL come, go and change.
-- engines: postgres 18

-- from
CREATE SEQUENCE counter INCREMENT BY 1;
CREATE DOMAIN code AS text CHECK (length(VALUE) < 100);
CREATE TABLE t (id integer PRIMARY KEY, n integer, c code);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 1; RETURN NEW; END $$;
CREATE TRIGGER goes BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE INDEX ix_t ON t (n);

-- rows
INSERT INTO t (id, n, c) SELECT i, i, 'c' || i FROM generate_series(1, 3000) i;

-- to
CREATE SEQUENCE counter INCREMENT BY 5;
CREATE DOMAIN code AS text CHECK (length(VALUE) < 200);
CREATE TABLE t (id integer PRIMARY KEY, n integer, c code, doubled integer GENERATED ALWAYS AS (n * 2) VIRTUAL) WITH (fillfactor = 70);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 2; RETURN NEW; END $$;
CREATE TRIGGER comes BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE INDEX ix_t ON t (n) WITH (fillfactor = 60);
