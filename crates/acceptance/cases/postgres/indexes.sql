-- case: of every kind
CREATE TABLE t (a int, b text, c jsonb, d int4range, e text);
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_ab ON t (a DESC, b NULLS FIRST, e DESC NULLS LAST);
CREATE INDEX IF NOT EXISTS t_a ON t (b);
CREATE INDEX t_lower ON t (lower(b), (a + 1), ((a * 2)) DESC);
CREATE INDEX t_partial ON t (a) WHERE b IS NOT NULL AND (a > 0);
CREATE INDEX t_include ON t (a) INCLUDE (b, e);
CREATE INDEX t_gin ON t USING gin (c jsonb_path_ops);
CREATE INDEX t_gist ON t USING gist (d);
CREATE INDEX t_hash ON t USING hash (a);
CREATE INDEX t_brin ON t USING brin (a) WITH (pages_per_range = 32);
CREATE INDEX t_pattern ON t (b text_pattern_ops, e COLLATE "C");
CREATE UNIQUE INDEX t_nulls ON t (e) NULLS NOT DISTINCT;
CREATE INDEX t_fill ON t (b) WITH (fillfactor = 50);
CREATE INDEX ON t (a);
CREATE INDEX ON t (lower(b), a);
CREATE INDEX ON t ((a + 1));
ALTER INDEX t_fill SET (fillfactor = 60);
ALTER INDEX t_fill RESET (fillfactor);
ALTER INDEX t_hash RENAME TO t_hashed;
DROP INDEX t_brin, t_gist;
DROP INDEX IF EXISTS nowhere;

-- case: beside the traffic
CREATE TABLE t (a int, b int);
CREATE INDEX CONCURRENTLY t_a ON t (a);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_b ON t USING btree (b);
DROP INDEX CONCURRENTLY t_a;
REINDEX INDEX CONCURRENTLY t_b;

-- case: of a materialized view
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
CREATE UNIQUE INDEX mv_a ON mv (a);
COMMENT ON INDEX mv_a IS 'one';
REFRESH MATERIALIZED VIEW mv;
