"""Asks a project's own interpreter what SQL its models amount to.

Run by whimbrel as `python -c <this> PROJECT ENGINES PATH...`. The models are imported, nothing connects anywhere:
SQLAlchemy writes its CREATE statements for each engine into a list. Prints one JSON document on standard output.
"""

import importlib
import json
import pkgutil
import sys
import traceback
from pathlib import Path

DIALECTS = {"sqlite": "sqlite://", "postgres": "postgresql://"}


def import_root(path):
    """The folder that has to be on sys.path, and the module's dotted name."""
    parts = [] if path.name == "__init__.py" else [path.stem if path.suffix == ".py" else path.name]
    folder = path.parent
    if path.name == "__init__.py":
        parts, folder = [folder.name], folder.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(parts)


def import_module(path):
    root, name = import_root(path)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return importlib.import_module(name)


def import_all(path):
    """Imports a file, a package with everything in it, or each file of a plain folder."""
    if path.is_file():
        return [import_module(path)]
    if not (path / "__init__.py").exists():
        return [module for file in sorted(path.glob("*.py")) for module in import_all(file)]
    package = import_module(path)
    found = [package]
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        found.append(importlib.import_module(info.name))
    return found


def metadata_of(modules):
    """Every MetaData that the modules name, directly or as `metadata` of a class or table."""
    from sqlalchemy import MetaData

    found = []
    for module in modules:
        for value in list(vars(module).values()):
            candidate = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
            if isinstance(candidate, MetaData) and candidate.tables and candidate not in found:
                found.append(candidate)
    return found


def statements(metadata, url):
    from sqlalchemy import create_mock_engine

    collected = []

    def collect(construct, *_, **__):
        text = construct if isinstance(construct, str) else str(construct.compile(dialect=engine.dialect))
        collected.append(text.strip())

    # a named paramstyle, because the default one of PostgreSQL doubles every percent sign
    engine = create_mock_engine(url, collect, paramstyle="named")
    for each in metadata:
        each.create_all(engine, checkfirst=False)
    return collected


def client_defaults(metadata, url):
    """Plain values that the application gives new rows, as SQL."""
    from sqlalchemy import create_mock_engine, literal

    dialect = create_mock_engine(url, lambda *_: None, paramstyle="named").dialect
    found = []
    for each in metadata:
        for table in each.tables.values():
            for column in table.columns:
                if column.default is None or not getattr(column.default, "is_scalar", False):
                    continue
                try:
                    value = literal(column.default.arg, column.type)
                    sql = str(value.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
                except Exception:  # a value that has no SQL form is no proposal for old rows
                    continue
                found.append({"namespace": table.schema, "table": table.name, "column": column.name, "sql": sql})
    return found


def report(error):
    """The traceback without the frames of this loader and of the import machinery: nobody can mend anything there."""
    told = traceback.TracebackException.from_exception(error)
    each = told
    while each is not None:
        kept = [frame for frame in each.stack if not is_machinery(frame.filename)]
        each.stack = traceback.StackSummary.from_list(kept)
        each = each.__cause__ or each.__context__
    return "".join(told.format()).rstrip()


def is_machinery(filename):
    return filename.startswith("<") or Path(filename).parent == Path(importlib.__file__).parent


def main(project, engines, paths):
    sys.path.insert(0, project)
    modules = [module for path in paths for module in import_all(Path(path).resolve())]
    metadata = metadata_of(modules)
    import sqlalchemy

    answer = {"sqlalchemy": sqlalchemy.__version__, "tables": sum(len(each.tables) for each in metadata), "engines": {}}
    for engine in engines.split(","):
        answer["engines"][engine] = {
            "statements": statements(metadata, DIALECTS[engine]),
            "client_defaults": client_defaults(metadata, DIALECTS[engine]),
        }
    return answer


if __name__ == "__main__":
    answer_to, sys.stdout = sys.stdout, sys.stderr  # whatever the models print is not the answer
    try:
        answer = main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except BaseException as error:
        print(report(error), file=sys.stderr)
        sys.exit(1)
    json.dump(answer, answer_to)
