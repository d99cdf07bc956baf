"""Creates models for real and tells what came of it.

Reads one request from the file given (or standard input), a JSON object:

    {"cases": [{"name": "…", "path": ["…"], "modules": ["…"], "metadata": ["module:attribute"], "call": ["module:function"],
                "targets": {"sqlite": "sqlite:///…", "postgres": "postgresql+psycopg://…"},
                "before": {"postgres": ["CREATE EXTENSION citext"]},
                "without": {"postgres": ["a_table_that_the_engine_refuses"]},
                "environment": {"postgres": {"NAME": "value"}}}]}

and writes one JSON object per line and case, in order: `{"name", "engines": {engine: {"versions", "statements",
"tables"}}}`, with `{"error"}` for an engine where it failed. `statements` is every DDL statement that `create_all`
sent; `tables` is what SQLAlchemy's own inspector then finds in the database. Each case and engine runs in a process
of its own, forked after the imports that all of them share, so that no case sees another's metadata.
"""

import importlib
import json
import os
import sys
import traceback
import warnings


def attribute(path):
    module, _, name = path.partition(":")
    value = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


def metadata_of(before):
    """Every MetaData that a module imported by the case holds, or that one of its classes carries."""
    from sqlalchemy import MetaData, Table

    found = {}
    for name in [name for name in sys.modules if name not in before]:
        module = sys.modules.get(name)
        for value in list(getattr(module, "__dict__", {}).values()):
            if isinstance(value, Table):
                value = value.metadata
            elif isinstance(value, type):
                value = getattr(value, "metadata", None)
            if isinstance(value, MetaData) and value.tables:
                found[id(value)] = value
    return list(found.values())


def text_of(value):
    return None if value is None else str(value)


def tables_of(engine, schemas):
    from sqlalchemy import inspect

    inspector = inspect(engine)
    tables = []
    for schema in schemas:
        for name in sorted(inspector.get_table_names(schema=schema)):
            place = {"table_name": name, "schema": schema}
            key = inspector.get_pk_constraint(**place)
            tables.append(
                {
                    "schema": schema,
                    "name": name,
                    "columns": [
                        {
                            "name": column["name"],
                            "type": column["type"].compile(dialect=engine.dialect),
                            "nullable": column["nullable"],
                            "default": text_of(column.get("default")),
                        }
                        for column in inspector.get_columns(**place)
                    ],
                    "primary_key": {"name": key.get("name"), "columns": key.get("constrained_columns", [])},
                    "uniques": sorted(
                        (
                            {"name": unique["name"], "columns": unique["column_names"]}
                            for unique in inspector.get_unique_constraints(**place)
                        ),
                        key=lambda unique: (unique["name"] or "", unique["columns"]),
                    ),
                    "foreign_keys": sorted(
                        (
                            {
                                "name": foreign["name"],
                                "columns": foreign["constrained_columns"],
                                "references": foreign["referred_table"],
                                "referenced_columns": foreign["referred_columns"],
                                "options": {word: text_of(option) for word, option in sorted(foreign["options"].items())},
                            }
                            for foreign in inspector.get_foreign_keys(**place)
                        ),
                        key=lambda foreign: (foreign["name"] or "", foreign["columns"]),
                    ),
                    "checks": sorted(
                        (
                            {"name": check["name"], "expression": check["sqltext"]}
                            for check in inspector.get_check_constraints(**place)
                        ),
                        key=lambda check: (check["name"] or "", check["expression"]),
                    ),
                    "indexes": sorted(
                        (
                            {
                                "name": index["name"],
                                "columns": index.get("expressions") or index["column_names"],
                                "unique": bool(index["unique"]),
                            }
                            for index in inspector.get_indexes(**place)
                            if not index.get("duplicates_constraint")
                        ),
                        key=lambda index: index["name"] or "",
                    ),
                }
            )
    return tables


def create(metadatas, url, before, without):
    from sqlalchemy import create_engine, event

    engine = create_engine(url)
    statements = []

    @event.listens_for(engine, "before_cursor_execute")
    def record(connection, cursor, statement, parameters, context, many):
        if context is not None and context.isddl:
            # A driver that takes parameters by `%` undoes what SQLAlchemy doubled for it.
            doubled = engine.dialect.paramstyle in ("format", "pyformat") and parameters is not None
            statements.append((statement.replace("%%", "%") if doubled else statement).strip())

    schemas = []
    with engine.begin() as connection:
        for statement in before:
            connection.exec_driver_sql(statement)
            statements.append(statement)
        wanted = {
            id(metadata): [table for key, table in metadata.tables.items() if key not in without] for metadata in metadatas
        }
        for schema in sorted({table.schema for tables in wanted.values() for table in tables} - {None}):
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            statements.append(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            schemas.append(schema)
        for metadata in metadatas:
            metadata.create_all(connection, tables=wanted[id(metadata)])
    tables = tables_of(engine, [None, *schemas])
    engine.dispose()
    return {"statements": statements, "tables": tables}


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": "%d.%d.%d" % sys.version_info[:3]}
    for package in ("sqlalchemy", "sqlmodel", "pydantic"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            pass
    return found


def answer(case, engine):
    os.environ.update(case.get("environment", {}).get(engine, {}))
    sys.path[:0] = case.get("path", [])
    before = set(sys.modules)
    for module in case["modules"]:
        importlib.import_module(module)
    for function in case.get("call", []):
        attribute(function)()
    named = [attribute(path) for path in case.get("metadata", [])]
    metadatas = named or metadata_of(before)
    if not any(metadata.tables for metadata in metadatas):
        raise LookupError("no table was declared by " + ", ".join(case["modules"]))
    before, without = (case.get(word, {}).get(engine, []) for word in ("before", "without"))
    created = create(metadatas, case["targets"][engine], before, without)
    return {"versions": versions(), **created}


def in_a_process_of_its_own(case, engine):
    """Forks; the child answers through a pipe, so that what a module prints cannot be mistaken for the answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(2, 1)
        try:
            text = json.dumps(answer(case, engine))
        except BaseException:
            text = json.dumps({"error": traceback.format_exc()})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(text)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "the interpreter died"}


def warm():
    """What every case imports; those that a package does not have are left out."""
    for module in ("sqlalchemy", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "psycopg", "sqlmodel"):
        try:
            importlib.import_module(module)
        except ImportError:
            pass


def main():
    source = open(sys.argv[1]) if len(sys.argv) > 1 else sys.stdin
    with source:
        cases = json.load(source)["cases"]
    warnings.simplefilter("ignore")
    warm()
    for case in cases:
        engines = {engine: in_a_process_of_its_own(case, engine) for engine in case["targets"]}
        print(json.dumps({"name": case["name"], "engines": engines}), flush=True)


if __name__ == "__main__":
    main()
