-- The constructors of a range type belong to the type: their dependency is internal.
SELECT p.oid, p.pronamespace, p.proname, p.prokind, oidvectortypes(p.proargtypes), pg_get_functiondef(p.oid),
       format('%I.', n.nspname)
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND p.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')
)
