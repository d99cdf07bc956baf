-- NOT NULL (`n`, from 18 on) is part of the column; constraint triggers (`t`) are triggers.
SELECT c.oid, c.conrelid, c.contypid, c.conname, c.contype, c.condeferrable, c.condeferred, c.convalidated, c.conkey,
       c.conindid, c.confrelid, c.confkey, c.confdeltype, c.confupdtype, c.confmatchtype, {set_columns}, c.connoinherit,
       {enforced}, {period}, pg_get_expr(c.conbin, c.conrelid),
       CASE WHEN c.contype = 'x' THEN
           ARRAY(
               SELECT CASE
                   WHEN n.nspname = ANY (current_schemas(true)) THEN o.oprname
                   ELSE format('OPERATOR(%I.%s)', n.nspname, o.oprname)
               END
               FROM unnest(c.conexclop) WITH ORDINALITY x (oid, at)
               JOIN pg_operator o ON o.oid = x.oid
               JOIN pg_namespace n ON n.oid = o.oprnamespace
               ORDER BY x.at
           )
       END,
       CASE WHEN {period} THEN pg_get_constraintdef(c.oid) END
FROM pg_constraint c
WHERE c.contype IN ('p', 'u', 'f', 'c', 'x') AND c.conparentid = 0 AND c.oid >= 16384
