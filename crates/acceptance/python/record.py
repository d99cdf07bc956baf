"""Records the ground truth of one corpus as data, for test runs that do not install the package.

    python record.py NAME --postgres URL_OF_AN_EMPTY_DATABASE

Run it with the interpreter of an environment that has the package (as pinned in corpora.txt), with all it needs, and
`psycopg`. Writes truth/<package>-<version>.json beside this folder.
"""

import argparse
import json
import pathlib
import tempfile
import tomllib

import truth

HOME = pathlib.Path(__file__).resolve().parent.parent


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("package")
    arguments.add_argument("--postgres", help="URL of an empty database")
    arguments = arguments.parse_args()

    corpora = tomllib.loads((HOME / "cases" / "corpora.toml").read_text())["corpus"]
    corpus = next(corpus for corpus in corpora if corpus["package"] == arguments.package)
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/truth.db", "postgres": arguments.postgres}
        case = {**corpus, "name": corpus["package"], "targets": {engine: urls[engine] for engine in corpus["engines"]}}
        truth.warm()
        engines = {engine: truth.in_a_process_of_its_own(case, engine) for engine in case["targets"]}
    for engine, found in engines.items():
        if "error" in found:
            raise SystemExit(f"{engine}: {found['error']}")
    record = {"package": corpus["package"], "version": corpus["version"], "engines": engines}
    path = HOME / "truth" / f"{corpus['package']}-{corpus['version']}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n")
    for engine, found in engines.items():
        columns = sum(len(table["columns"]) for table in found["tables"])
        print(f"{path.name}: {engine}, {len(found['tables'])} tables, {columns} columns")


if __name__ == "__main__":
    main()
