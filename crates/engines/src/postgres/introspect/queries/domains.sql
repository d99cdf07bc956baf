SELECT t.oid, t.typnamespace, t.typname, t.typbasetype, t.typtypmod, t.typcollation, t.typnotnull,
       pg_get_expr(t.typdefaultbin, 0)
FROM pg_type t
WHERE t.typtype = 'd' AND t.oid >= 16384
