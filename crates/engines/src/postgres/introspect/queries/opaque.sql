-- Class, number, kind, namespace, name, table, and a definition that tells two states of it apart.
SELECT 'pg_policy'::regclass::oid, p.oid, 'policy', 0, p.polname::text, p.polrelid,
       concat_ws(
           ' ', format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass),
           CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
           CASE p.polcmd WHEN 'r' THEN 'FOR SELECT' WHEN 'a' THEN 'FOR INSERT' WHEN 'w' THEN 'FOR UPDATE'
               WHEN 'd' THEN 'FOR DELETE' END,
           'TO ' || nullif(
               (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END, ', ' ORDER BY role)
                FROM unnest(p.polroles) role), 'public'),
           'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
           'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
       )
FROM pg_policy p
WHERE p.oid >= 16384
UNION ALL
SELECT 'pg_rewrite'::regclass, r.oid, 'rule', 0, r.rulename, r.ev_class,
       rtrim(pg_get_ruledef(r.oid, true), ';') || CASE r.ev_enabled
           WHEN 'D' THEN '; DISABLED' WHEN 'A' THEN '; ALWAYS' WHEN 'R' THEN '; REPLICA' ELSE '' END
FROM pg_rewrite r
WHERE r.rulename <> '_RETURN' AND r.oid >= 16384
UNION ALL
SELECT 'pg_trigger'::regclass, t.oid, 'trigger firing', 0, t.tgname, t.tgrelid,
       format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.tgrelid::regclass,
              CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, t.tgname)
FROM pg_trigger t
WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND t.oid >= 16384
UNION ALL
SELECT 'pg_type'::regclass, t.oid, 'composite type', t.typnamespace, t.typname, 0,
       format('CREATE TYPE %s AS (%s)', t.oid::regtype, (
           SELECT string_agg(
               concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                         CASE WHEN a.attcollation <> f.typcollation THEN format('COLLATE %I', o.collname) END),
               ', ' ORDER BY a.attnum)
           FROM pg_attribute a
           JOIN pg_type f ON f.oid = a.atttypid
           LEFT JOIN pg_collation o ON o.oid = a.attcollation
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_type t
JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_type'::regclass, t.oid, 'range type', t.typnamespace, t.typname, 0,
       format('CREATE TYPE %s AS RANGE (%s)', t.oid::regtype, concat_ws(
           ', ', 'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
           CASE WHEN NOT o.opcdefault THEN format('SUBTYPE_OPCLASS = %I', o.opcname) END,
           CASE WHEN r.rngcollation NOT IN (0, 100)
               THEN format('COLLATION = %I', (SELECT collname FROM pg_collation WHERE oid = r.rngcollation)) END,
           CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = ' || r.rngcanonical END,
           CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff END{multirange}))
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_opclass o ON o.oid = r.rngsubopc
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_type'::regclass, t.oid, 'base type', t.typnamespace, t.typname, 0,
       (to_jsonb(t) - '{oid,typnamespace,typowner,typarray,typacl,typelem,typrelid,typcollation,typbasetype,typsubscript}'::text[])::text
FROM pg_type t
WHERE t.oid >= 16384 AND (t.typtype = 'p' OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
UNION ALL
SELECT 'pg_class'::regclass, c.oid, 'foreign table', c.relnamespace, c.relname, 0,
       format('CREATE FOREIGN TABLE %s (%s) SERVER %I', c.oid::regclass, (
           SELECT string_agg(
               concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                         'OPTIONS (' || array_to_string(a.attfdwoptions, ', ') || ')',
                         CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                         'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)),
               ', ' ORDER BY a.attnum)
           FROM pg_attribute a
           LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), s.srvname)
       || coalesce(' OPTIONS (' || array_to_string(f.ftoptions, ', ') || ')', '')
FROM pg_foreign_table f
JOIN pg_class c ON c.oid = f.ftrelid
JOIN pg_foreign_server s ON s.oid = f.ftserver
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_foreign_server'::regclass, s.oid, 'server', 0, s.srvname, 0,
       concat_ws(' ', format('CREATE SERVER %I', s.srvname), 'TYPE ' || quote_literal(s.srvtype),
                 'VERSION ' || quote_literal(s.srvversion), format('FOREIGN DATA WRAPPER %I', w.fdwname),
                 'OPTIONS (' || array_to_string(s.srvoptions, ', ') || ')')
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE s.oid >= 16384
UNION ALL
SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 'foreign data wrapper', 0, w.fdwname, 0,
       concat_ws(' ', format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname),
                 CASE WHEN w.fdwhandler <> 0 THEN 'HANDLER ' || w.fdwhandler::regproc END,
                 CASE WHEN w.fdwvalidator <> 0 THEN 'VALIDATOR ' || w.fdwvalidator::regproc END,
                 'OPTIONS (' || array_to_string(w.fdwoptions, ', ') || ')')
FROM pg_foreign_data_wrapper w
WHERE w.oid >= 16384
UNION ALL
SELECT 'pg_operator'::regclass, o.oid, 'operator', o.oprnamespace,
       format('%s(%s,%s)', o.oprname, CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
              CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END), 0,
       format('CREATE OPERATOR %s%s (%s)',
              CASE WHEN n.nspname <> ALL (current_schemas(false)) THEN format('%I.', n.nspname) END, o.oprname,
              concat_ws(', ', 'FUNCTION = ' || o.oprcode,
                        CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
                        CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
                        CASE WHEN o.oprcom <> 0 THEN format('COMMUTATOR = OPERATOR(%s)', o.oprcom::regoper) END,
                        CASE WHEN o.oprnegate <> 0 THEN format('NEGATOR = OPERATOR(%s)', o.oprnegate::regoper) END,
                        CASE WHEN o.oprrest <> 0 THEN 'RESTRICT = ' || o.oprrest END,
                        CASE WHEN o.oprjoin <> 0 THEN 'JOIN = ' || o.oprjoin END,
                        CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END))
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE o.oid >= 16384
UNION ALL
SELECT 'pg_opclass'::regclass, o.oid, 'operator class', o.opcnamespace, o.opcname, 0,
       concat_ws(' ', format('CREATE OPERATOR CLASS %I', o.opcname), CASE WHEN o.opcdefault THEN 'DEFAULT' END,
                 format('FOR TYPE %s USING %s FAMILY %I', format_type(o.opcintype, NULL), m.amname, f.opfname),
                 CASE WHEN o.opckeytype <> 0 THEN 'STORAGE ' || format_type(o.opckeytype, NULL) END)
FROM pg_opclass o
JOIN pg_am m ON m.oid = o.opcmethod
JOIN pg_opfamily f ON f.oid = o.opcfamily
WHERE o.oid >= 16384
UNION ALL
SELECT 'pg_opfamily'::regclass, f.oid, 'operator family', f.opfnamespace, f.opfname, 0,
       concat_ws(' ', format('CREATE OPERATOR FAMILY %I USING %s', f.opfname, m.amname),
                 (SELECT string_agg(format('OPERATOR %s %s', a.amopstrategy, a.amopopr::regoperator), ', '
                                    ORDER BY a.amopstrategy, a.amopopr::regoperator::text)
                  FROM pg_amop a WHERE a.amopfamily = f.oid),
                 (SELECT string_agg(format('FUNCTION %s %s', a.amprocnum, a.amproc::regprocedure), ', '
                                    ORDER BY a.amprocnum, a.amproc::regprocedure::text)
                  FROM pg_amproc a WHERE a.amprocfamily = f.oid))
FROM pg_opfamily f
JOIN pg_am m ON m.oid = f.opfmethod
WHERE f.oid >= 16384
UNION ALL
SELECT 'pg_cast'::regclass, c.oid, 'cast', 0,
       format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)), 0,
       format('CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
              CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
                  WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
              CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END)
FROM pg_cast c
WHERE c.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i'
)
UNION ALL
SELECT 'pg_collation'::regclass, c.oid, 'collation', c.collnamespace, c.collname, 0,
       (jsonb_strip_nulls(to_jsonb(c)) - '{oid,collname,collnamespace,collowner,collencoding,collversion}'::text[])::text
FROM pg_collation c
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_conversion'::regclass, c.oid, 'conversion', c.connamespace, c.conname, 0,
       format('CREATE %sCONVERSION %I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' END, c.conname,
              pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)
FROM pg_conversion c
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_ts_config'::regclass, c.oid, 'text search configuration', c.cfgnamespace, c.cfgname, 0,
       concat_ws('; ', format('PARSER = %s', (SELECT prsname FROM pg_ts_parser WHERE oid = c.cfgparser)), (
           SELECT string_agg(format('%s WITH %s', k.alias, m.mapdict::regdictionary), ', ' ORDER BY k.alias, m.mapseqno)
           FROM pg_ts_config_map m
           JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
           WHERE m.mapcfg = c.oid))
FROM pg_ts_config c
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_ts_dict'::regclass, d.oid, 'text search dictionary', d.dictnamespace, d.dictname, 0,
       concat_ws(', ', format('TEMPLATE = %I', t.tmplname), d.dictinitoption)
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
WHERE d.oid >= 16384
UNION ALL
SELECT 'pg_ts_parser'::regclass, p.oid, 'text search parser', p.prsnamespace, p.prsname, 0,
       format('START = %s, GETTOKEN = %s, END = %s, HEADLINE = %s, LEXTYPES = %s', p.prsstart, p.prstoken, p.prsend,
              p.prsheadline, p.prslextype)
FROM pg_ts_parser p
WHERE p.oid >= 16384
UNION ALL
SELECT 'pg_ts_template'::regclass, t.oid, 'text search template', t.tmplnamespace, t.tmplname, 0,
       format('INIT = %s, LEXIZE = %s', t.tmplinit, t.tmpllexize)
FROM pg_ts_template t
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_statistic_ext'::regclass, s.oid, 'statistics', s.stxnamespace, s.stxname, 0,
       replace(pg_get_statisticsobjdef(s.oid), format('STATISTICS %I.', current_schema()), 'STATISTICS ')
FROM pg_statistic_ext s
WHERE s.oid >= 16384
UNION ALL
SELECT 'pg_publication'::regclass, p.oid, 'publication', 0, p.pubname, 0,
       concat_ws(' ', (jsonb_strip_nulls(to_jsonb(p)) - '{oid,pubname,pubowner}'::text[])::text, (
           SELECT string_agg(concat_ws(' ', r.prrelid::regclass::text, {publication_filter}), ', '
                             ORDER BY r.prrelid::regclass::text)
           FROM pg_publication_rel r WHERE r.prpubid = p.oid){publication_schemas})
FROM pg_publication p
WHERE p.oid >= 16384
UNION ALL
SELECT 'pg_event_trigger'::regclass, e.oid, 'event trigger', 0, e.evtname, 0,
       concat_ws(' ', format('CREATE EVENT TRIGGER %I ON %s', e.evtname, e.evtevent),
                 (SELECT format('WHEN TAG IN (%s)', string_agg(quote_literal(tag), ', ' ORDER BY tag))
                  FROM unnest(e.evttags) tag HAVING count(*) > 0),
                 format('EXECUTE FUNCTION %s()', e.evtfoid::regproc),
                 CASE e.evtenabled WHEN 'D' THEN '; DISABLED' WHEN 'A' THEN '; ALWAYS' WHEN 'R' THEN '; REPLICA' END)
FROM pg_event_trigger e
WHERE e.oid >= 16384
UNION ALL
SELECT 'pg_language'::regclass, l.oid, 'language', 0, l.lanname, 0,
       format('TRUSTED = %s, HANDLER = %s, INLINE = %s, VALIDATOR = %s', l.lanpltrusted, l.lanplcallfoid::regproc,
              l.laninline::regproc, l.lanvalidator::regproc)
FROM pg_language l
WHERE l.oid >= 16384
UNION ALL
SELECT 'pg_transform'::regclass, t.oid, 'transform', 0, format('%s for %s', format_type(t.trftype, NULL), l.lanname), 0,
       format('FROM SQL = %s, TO SQL = %s', t.trffromsql, t.trftosql)
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_am'::regclass, m.oid, 'access method', 0, m.amname, 0, format('%s %s', m.amtype, m.amhandler)
FROM pg_am m
WHERE m.oid >= 16384
UNION ALL
SELECT 'pg_subscription'::regclass, {subscription}, 'subscription', 0, s.subname, 0,
       format('ENABLED = %s, SLOT = %s, PUBLICATIONS = %s', s.subenabled, s.subslotname,
              array_to_string(s.subpublications, ', '))
FROM pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
