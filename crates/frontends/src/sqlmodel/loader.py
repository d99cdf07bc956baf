"""Imports a project's models and prints, as one line of JSON, what SQLAlchemy made of them."""

import gc
import importlib
import json
import os
import sys


def main(roots, modules):
    sys.path[:0] = roots
    # What the models print while they are imported must not get into the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for module in modules:
        importlib.import_module(module)

    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.schema import CreateTable

    dialects = {"sqlite": sqlite.dialect(), "postgres": postgresql.dialect()}
    reader = Reader(sa, dialects, CreateTable)
    print(json.dumps(reader.read(metadatas(sa))), file=answer, flush=True)


def metadatas(sa):
    """Every MetaData that holds a table, in a fixed order."""
    found = [thing for thing in gc.get_objects() if isinstance(thing, sa.MetaData) and thing.tables]
    # SQLAlchemy describes PostgreSQL's own catalogue in one.
    found = [metadata for metadata in found if metadata.schema not in ("pg_catalog", "information_schema")]
    return sorted(found, key=lambda metadata: sorted(metadata.tables))


class Reader:
    def __init__(self, sa, dialects, create_table):
        self.sa = sa
        self.dialects = dialects
        self.create_table = create_table
        self.troubles = []
        self.sequences = []
        self.at = None

    def read(self, metadatas):
        tables, seen = [], set()
        for metadata in metadatas:
            for table in metadata.sorted_tables:
                key = (table.schema, table.name)
                if key in seen:
                    self.at = None
                    self.trouble(f"the table `{table.name}` is defined in two `MetaData`")
                    continue
                seen.add(key)
                self.at = len(tables)
                tables.append(self.table(table))
            for sequence in getattr(metadata, "_sequences", {}).values():
                self.sequence(sequence)
        return {
            "tables": tables,
            "sequences": self.sequences,
            "troubles": self.troubles,
            "classes": self.classes(),
        }

    def classes(self):
        from sqlalchemy.orm import Mapper

        return sum(1 for thing in gc.get_objects() if isinstance(thing, Mapper))

    def trouble(self, message, engine=None, column=None):
        self.troubles.append({"table": self.at, "column": column, "engine": engine, "message": message})

    def by_engine(self, make, column=None, quiet=False):
        """What `make` gives on each engine; what SQLAlchemy refuses is told."""
        made = {}
        for engine, dialect in self.dialects.items():
            try:
                made[engine] = make(dialect)
            except Exception as error:
                made[engine] = None
                if not quiet:
                    self.trouble(str(error).splitlines()[0], engine, column)
        return made

    def sql(self, expression, column=None):
        if isinstance(expression, str):
            return {engine: expression for engine in self.dialects}

        def compiled(dialect):
            compiler = dialect.ddl_compiler(dialect, None)
            return compiler.sql_compiler.process(expression, include_table=False, literal_binds=True)

        return self.by_engine(compiled, column)

    def name(self, constraint):
        def named(dialect):
            if constraint.name is None:
                return None
            return unquoted(dialect.identifier_preparer.format_constraint(constraint))

        return self.by_engine(named)

    def table(self, table):
        sqlite = table.dialect_options["sqlite"]
        postgres = table.dialect_options["postgresql"]
        inherits = postgres.get("inherits") or []
        prefixes = [str(prefix).upper() for prefix in table._prefixes]
        model = {
            "name": str(table.name),
            "namespace": table.schema,
            "comment": table.comment,
            "columns": [self.column(table, column) for column in table.columns if not column.system],
            "primary_key": self.key(table.primary_key) if len(table.primary_key.columns) else None,
            "uniques": [],
            "foreign_keys": [],
            "checks": [],
            "exclusions": [],
            "indexes": [self.index(index) for index in sorted(table.indexes, key=lambda index: str(index.name))],
            "options": {
                "sqlite_autoincrement": bool(sqlite.get("autoincrement")),
                "sqlite_strict": bool(sqlite.get("strict")),
                "sqlite_without_rowid": not sqlite.get("with_rowid", True),
                "unlogged": "UNLOGGED" in prefixes,
                "temporary": "TEMPORARY" in prefixes or "TEMP" in prefixes,
                "partition_by": postgres.get("partition_by"),
                "inherits": [inherits] if isinstance(inherits, str) else list(inherits),
                "tablespace": postgres.get("tablespace"),
                "storage": storage(postgres.get("with")),
            },
        }
        for constraint in table._sorted_constraints:
            if isinstance(constraint, self.sa.PrimaryKeyConstraint):
                continue
            if isinstance(constraint, self.sa.UniqueConstraint):
                if len(constraint.columns):
                    model["uniques"].append(self.key(constraint))
            elif isinstance(constraint, self.sa.ForeignKeyConstraint):
                model["foreign_keys"].append(self.foreign_key(table, constraint))
            elif isinstance(constraint, self.sa.CheckConstraint):
                model["checks"].append(self.check(constraint))
            elif hasattr(constraint, "_render_exprs"):
                model["exclusions"].append(self.exclusion(constraint))
            else:
                self.trouble(f"{type(constraint).__name__} is not understood")
        for column in table.columns:
            model["checks"] += [self.check(check) for check in column.constraints]
        model["checks"] = [check for check in model["checks"] if any(check["sql"].values())]
        return model

    def column(self, table, column):
        default, computed = {}, None
        server = column.server_default
        if column.computed is not None:
            computed = {"sql": self.sql(column.computed.sqltext, column.name), "persisted": column.computed.persisted}
        elif isinstance(server, self.sa.DefaultClause):

            def rendered(dialect):
                return dialect.ddl_compiler(dialect, None).get_column_default_string(column)

            default = self.by_engine(rendered, column.name)
        if isinstance(column.default, self.sa.Sequence):
            self.sequence(column.default)
        identity = None
        if column.identity is not None:
            identity = {"always": bool(column.identity.always), "numbers": numbers(column.identity)}
        explicit = isinstance(column.default, self.sa.Sequence) and not column.default.optional
        return {
            "name": str(column.name),
            "type": self.type(column),
            "nullable": bool(column.nullable),
            "primary_key": bool(column.primary_key),
            "autoincrement": column is table._autoincrement_column and identity is None and not explicit
            and (column.default is None or isinstance(column.default, self.sa.Sequence)),
            "default": default,
            "computed": computed,
            "identity": identity,
            "comment": column.comment,
            "client_default": self.client_default(column),
        }

    def client_default(self, column):
        default = column.default
        if default is None or not getattr(default, "is_scalar", False):
            return {}

        def literal(dialect):
            return str(
                self.sa.literal(default.arg, column.type).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
            )

        return self.by_engine(literal, column.name, quiet=True)

    def type(self, column):
        made = {}
        for engine, dialect in self.dialects.items():
            try:
                made[engine] = self.type_on(column.type, dialect, column)
            except Exception as error:
                made[engine] = {"sql": ""}
                self.trouble(str(error).splitlines()[0], engine, column.name)
        return made

    def type_on(self, kind, dialect, column):
        native = kind.dialect_impl(dialect)
        while isinstance(native, self.sa.types.TypeDecorator):
            native = native.impl_instance if hasattr(native, "impl_instance") else native.impl
        dimensions = 0
        item = native
        if isinstance(native, self.sa.ARRAY):
            dimensions = native.dimensions or 1
            item = native.item_type.dialect_impl(dialect)
        model = {"sql": "", "collation": getattr(item, "collation", None), "dimensions": dimensions}
        words = dialect.type_compiler_instance.process(kind, type_expression=column)
        words = words.split(" COLLATE ")[0]
        while dimensions and words.endswith("[]"):
            words = words[:-2]
        model["sql"] = words
        if isinstance(native, self.sa.SmallInteger):
            model["kind"] = "small"
        elif isinstance(native, self.sa.BigInteger):
            model["kind"] = "big"
        elif isinstance(native, self.sa.Integer):
            model["kind"] = "plain"
        if dialect.name == "postgresql":
            model["named"] = self.named(item, dialect)
            bare = words.split("(")[0].lower()
            if bare in ("citext", "hstore", "ltree"):
                model["extension"] = bare
            elif bare in ("vector", "halfvec", "sparsevec"):
                model["extension"] = "vector"
            elif bare in ("geometry", "geography"):
                model["extension"] = "postgis"
        return model

    def named(self, item, dialect):
        from sqlalchemy.dialects import postgresql

        if isinstance(item, self.sa.Enum) and getattr(item, "native_enum", True):
            return {"enum": {"name": str(item.name), "namespace": item.schema, "values": list(item.enums)}}
        domain = getattr(postgresql, "DOMAIN", None)
        if domain is not None and isinstance(item, domain):
            compiler = dialect.ddl_compiler(dialect, None)
            check = None
            if item.check is not None:
                check = [item.constraint_name, self.sql(item.check)["postgres"]]
            default = None if item.default is None else compiler.render_default_string(item.default)
            base = dialect.type_compiler_instance.process(item.data_type)
            return {
                "domain": {
                    "name": str(item.name),
                    "namespace": item.schema,
                    "base": base,
                    "nullable": not item.not_null,
                    "default": default,
                    "collation": item.collation,
                    "check": check,
                }
            }
        return None

    def key(self, constraint):
        options = constraint.dialect_options["postgresql"]
        return {
            "name": self.name(constraint),
            "columns": [str(column.name) for column in constraint.columns],
            "include": self.included(constraint, options.get("include")),
            "nulls_not_distinct": options.get("nulls_not_distinct") is True,
            "deferrable": deferrable(constraint),
            "comment": constraint.comment,
        }

    def included(self, thing, included):
        return [str((thing.table.c[each] if isinstance(each, str) else each).name) for each in included or ()]

    def foreign_key(self, table, constraint):
        columns = [element.parent.name for element in constraint.elements]
        try:
            targets = [element.column for element in constraint.elements]
            namespace, name = targets[0].table.schema, targets[0].table.name
            referenced = [str(target.name) for target in targets]
        except Exception as error:
            self.trouble(str(error).splitlines()[0])
            parts = constraint.elements[0].target_fullname.split(".")
            namespace = ".".join(parts[:-2]) or None
            name = parts[-2] if len(parts) > 1 else parts[-1]
            referenced = [element.target_fullname.split(".")[-1] for element in constraint.elements]
        on_delete, columns_set = action(constraint.ondelete)
        on_update, _ = action(constraint.onupdate)
        return {
            "name": self.name(constraint),
            "columns": [str(column) for column in columns],
            "namespace": namespace,
            "table": str(name),
            "referenced_columns": referenced,
            "on_delete": on_delete,
            "on_update": on_update,
            "set_columns": columns_set,
            "match": (constraint.match or "simple").lower(),
            "deferrable": deferrable(constraint),
            "not_valid": bool(constraint.dialect_options["postgresql"].get("not_valid")),
            "comment": constraint.comment,
        }

    def check(self, constraint):
        sql = self.sql(constraint.sqltext)
        rule = getattr(constraint, "_create_rule", None)
        if rule is not None:
            for engine, dialect in self.dialects.items():
                if not rule(dialect.ddl_compiler(dialect, None)):
                    sql[engine] = None
        name = self.name(constraint)
        options = constraint.dialect_options["postgresql"]
        not_valid = bool(options.get("not_valid"))
        return {"name": name, "sql": sql, "not_valid": not_valid, "comment": constraint.comment}

    def exclusion(self, constraint):
        elements = []
        for expression, _name, operator in constraint._render_exprs:
            part = self.part(constraint.table, expression, constraint.ops, self.dialects["postgres"])
            elements.append({"key": part, "operator": operator})
        where = None if constraint.where is None else self.sql(constraint.where)["postgres"]
        return {
            "name": constraint.name and str(constraint.name),
            "method": constraint.using.lower(),
            "elements": elements,
            "predicate": where,
            "deferrable": deferrable(constraint),
            "comment": constraint.comment,
        }

    def index(self, index):
        postgres = index.dialect_options["postgresql"]
        sqlite = index.dialect_options["sqlite"]
        ops = postgres.get("ops") or {}
        predicate = {}
        for engine, where in (("postgres", postgres.get("where")), ("sqlite", sqlite.get("where"))):
            predicate[engine] = None if where is None else self.sql(where)[engine]
        names = self.by_engine(lambda dialect: unquoted(dialect.identifier_preparer.format_index(index)))
        keys = self.by_engine(
            lambda dialect: [
                self.part(index.table, expression, ops if dialect.name == "postgresql" else {}, dialect)
                for expression in index.expressions
            ]
        )
        return {
            "name": {engine: name or "" for engine, name in names.items()},
            "unique": bool(index.unique),
            "keys": {engine: parts or [] for engine, parts in keys.items()},
            "predicate": predicate,
            "method": postgres.get("using") and postgres["using"].lower() or None,
            "include": self.included(index, postgres.get("include")),
            "nulls_not_distinct": postgres.get("nulls_not_distinct") is True,
            "storage": storage(postgres.get("with")),
            "tablespace": postgres.get("tablespace"),
        }

    def part(self, table, expression, ops, dialect):
        from sqlalchemy.sql import operators
        from sqlalchemy.sql.elements import Label, UnaryExpression

        part = {}
        operator_class = ops.get(getattr(expression, "key", None))
        if operator_class:
            part["operator_class"] = operator_class
        inner = expression
        while isinstance(inner, (UnaryExpression, Label)):
            modifier = getattr(inner, "modifier", None)
            if modifier is operators.desc_op:
                part["descending"] = True
            elif modifier is operators.nulls_first_op:
                part["nulls_first"] = True
            elif modifier is operators.nulls_last_op:
                part["nulls_first"] = False
            elif modifier is not operators.asc_op and not isinstance(inner, Label):
                break
            inner = inner.element
        if isinstance(inner, self.sa.Column):
            part["column"] = str(inner.name)
        else:
            compiler = dialect.ddl_compiler(dialect, None)
            text = compiler.sql_compiler.process(inner, include_table=False, literal_binds=True)
            written(text, [str(column.name) for column in table.columns], part)
        return part

    def sequence(self, sequence):
        if getattr(sequence, "optional", False):
            return
        kind = None
        if sequence.data_type is not None:
            dialect = self.dialects["postgres"]
            kind = dialect.type_compiler_instance.process(sequence.data_type)
        model = {"name": str(sequence.name), "namespace": sequence.schema, "type": kind, "numbers": numbers(sequence)}
        if model not in self.sequences:
            self.sequences.append(model)


def written(text, columns, part):
    """A key that was written as SQL: what it says of its order is taken off."""
    text = text.strip()
    while True:
        upper = text.upper()
        for suffix, key, value in (
            (" NULLS LAST", "nulls_first", False),
            (" NULLS FIRST", "nulls_first", True),
            (" DESC", "descending", True),
            (" ASC", None, None),
        ):
            if upper.endswith(suffix):
                text = text[: -len(suffix)].rstrip()
                if key:
                    part[key] = value
                break
        else:
            break
    words = text.split()
    if text.strip('"') in columns:
        part["column"] = text.strip('"')
    elif len(words) == 2 and words[0].strip('"') in columns and words[1].replace("_", "").isalnum():
        part["column"] = words[0].strip('"')
        part["operator_class"] = words[1]
    else:
        part["expression"] = text


def unquoted(name):
    if name is not None and name.startswith('"') and name.endswith('"'):
        return name[1:-1].replace('""', '"')
    return name and str(name)


def numbers(options):
    return {
        "start": options.start,
        "increment": options.increment,
        "minimum": options.minvalue,
        "maximum": options.maxvalue,
        "cache": options.cache,
        "cycle": options.cycle,
    }


def storage(options):
    spelled = []
    for key, value in (options or {}).items():
        spelled.append([key, str(value).lower() if isinstance(value, bool) else str(value)])
    return spelled


def action(words):
    if not words:
        return "no_action", []
    words, _, columns = words.partition("(")
    columns = [column.strip().strip('"') for column in columns.rstrip(") ").split(",") if column.strip()]
    return "_".join(words.lower().split()), columns


def deferrable(constraint):
    if (getattr(constraint, "initially", None) or "").upper() == "DEFERRED":
        return "initially_deferred"
    return "initially_immediate" if getattr(constraint, "deferrable", None) else "no"


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), json.loads(sys.argv[2]))
