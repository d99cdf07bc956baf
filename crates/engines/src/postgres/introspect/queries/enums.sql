SELECT t.oid, t.typnamespace, t.typname, e.enumlabel
FROM pg_type t
LEFT JOIN pg_enum e ON e.enumtypid = t.oid
WHERE t.typtype = 'e' AND t.oid >= 16384
ORDER BY t.oid, e.enumsortorder
