-- A trigger that its partitioned table gave to a partition is left out.
SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid, true)
FROM pg_trigger t
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.oid >= 16384
