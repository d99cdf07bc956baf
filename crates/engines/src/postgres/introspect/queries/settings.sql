-- What a view's column has beside what a schema's value has room for.
SELECT c.oid, 'column default', a.attname, pg_get_expr(d.adbin, 0)
FROM pg_class c
JOIN pg_attrdef d ON d.adrelid = c.oid
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE c.relkind = 'v' AND c.oid >= 16384
UNION ALL
SELECT d.objoid, 'column comment', a.attname, d.description
FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid AND c.relkind IN ('v', 'm')
JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0 AND d.objoid >= 16384
