-- An index that is part of a partitioned one is its parent's doing and left out.
SELECT i.indexrelid, i.indrelid, c.relname, i.indisunique, i.indisvalid, i.indnkeyatts, i.indkey, i.indoption,
       i.indclass, i.indcollation, m.oid, m.amname, c.reloptions, s.spcname, {nulls_not_distinct},
       pg_get_expr(i.indpred, i.indrelid),
       CASE WHEN i.indexprs IS NOT NULL THEN
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k)
       END,
       CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END,
       CASE WHEN m.amname <> 'btree' THEN
           ARRAY(
               SELECT (SELECT string_agg(
                           format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' ORDER BY at
                       ) FROM unnest(a.attoptions) WITH ORDINALITY x (o, at))
               FROM pg_attribute a
               WHERE a.attrelid = i.indexrelid AND a.attnum <= i.indnkeyatts
               ORDER BY a.attnum
           )
       END,
       i.indisreplident
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE i.indexrelid >= 16384 AND NOT c.relispartition AND c.relnamespace <> 'pg_toast'::regnamespace
    AND c.relpersistence <> 't'
