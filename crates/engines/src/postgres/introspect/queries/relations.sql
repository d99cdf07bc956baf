SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.reloptions, s.spcname, c.relrowsecurity,
       c.relforcerowsecurity,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
       c.relreplident, CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype END,
       CASE WHEN c.relam <> 2 AND c.relam <> 0 THEN (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) END,
       CASE WHEN c.reltoastrelid <> 0 THEN
           (SELECT array_to_string(t.reloptions, ', ') FROM pg_class t WHERE t.oid = c.reltoastrelid)
       END
FROM pg_class c
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384 AND c.relpersistence <> 't'
