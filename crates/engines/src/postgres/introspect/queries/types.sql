-- Every type and collation that something of the schema uses, once.
SELECT u.type, u.modifier, format_type(u.type, u.modifier), n.nspname, coalesce(e.typname, t.typname), t.typcollation,
       t.typbasetype, u.collation, co.collname, cn.nspname
FROM (
    SELECT DISTINCT atttypid AS type, atttypmod AS modifier, attcollation AS collation
    FROM pg_attribute
    WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped
    UNION
    SELECT typbasetype, typtypmod, typcollation FROM pg_type WHERE typtype = 'd' AND oid >= 16384
) u
JOIN pg_type t ON t.oid = u.type
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
JOIN pg_namespace n ON n.oid = coalesce(e.typnamespace, t.typnamespace)
LEFT JOIN pg_collation co ON co.oid = u.collation AND u.collation <> 100
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
