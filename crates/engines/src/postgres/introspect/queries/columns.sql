-- Only a generated column's expression names columns. A default is printed without looking its table up: that is quick.
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull, a.attidentity,
       a.attgenerated,
       CASE WHEN a.atthasdef THEN
           pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END)
       END,
       CASE WHEN a.attstorage <> t.typstorage OR {compression} <> '' OR a.attoptions IS NOT NULL THEN
           concat_ws(
               ' ', CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE ' || a.attstorage::text END,
               'COMPRESSION ' || nullif({compression}::text, ''),
               array_to_string(a.attoptions, ', ')
           )
       END
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm')
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
