//! What is known of libraries: which family a dotted path belongs to, whatever detour it was imported by.

/// Who makes a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    Sqlalchemy,
    Postgresql,
    Sqlite,
    Mysql,
    /// A dialect of SQLAlchemy for an engine that is not spoken here.
    OtherDialect,
    Sqlmodel,
    Pydantic,
    Pgvector,
    Geoalchemy,
    SqlalchemyUtils,
    FlaskSqlalchemy,
    Builtin,
    /// `typing` and `typing_extensions`.
    Typing,
    Standard,
    Other,
}

/// The family, and the name within it: `sqlalchemy.sql.sqltypes.Integer` is (`Sqlalchemy`, `Integer`), `datetime.date`
/// is (`Standard`, `datetime.date`), `sqlalchemy.func.now` is (`Sqlalchemy`, `func.now`).
pub fn known(path: &str) -> (Family, &str) {
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    match root {
        "sqlalchemy" => sqlalchemy(rest),
        "sqlmodel" => match last(rest) {
            name @ ("Field" | "Relationship" | "SQLModel" | "AutoString" | "UTCDateTime" | "col" | "Session") => {
                (Family::Sqlmodel, name)
            }
            _ if rest.is_empty() => (Family::Sqlmodel, ""),
            _ => sqlalchemy(rest),
        },
        "pydantic" | "pydantic_extra_types" | "pydantic_settings" => (Family::Pydantic, last(rest)),
        "annotated_types" => (Family::Pydantic, last(rest)),
        "pgvector" => (Family::Pgvector, last(rest)),
        "geoalchemy2" => (Family::Geoalchemy, last(rest)),
        "sqlalchemy_utils" => (Family::SqlalchemyUtils, last(rest)),
        "flask_sqlalchemy" => (Family::FlaskSqlalchemy, last(rest)),
        "builtins" => (Family::Builtin, rest),
        "typing" | "typing_extensions" => (Family::Typing, last(rest)),
        "collections" if rest.starts_with("abc.") => (Family::Typing, last(rest)),
        _ if STANDARD.binary_search(&root).is_ok() => (Family::Standard, path),
        _ => (Family::Other, path),
    }
}

/// Whether a module is of a library whose words are understood themselves.
pub fn is_spoken(module: &str) -> bool {
    match known(module).0 {
        Family::Sqlalchemy
        | Family::Postgresql
        | Family::Sqlite
        | Family::Mysql
        | Family::OtherDialect
        | Family::Sqlmodel
        | Family::Pydantic
        | Family::Pgvector
        | Family::Geoalchemy
        | Family::SqlalchemyUtils
        | Family::FlaskSqlalchemy => true,
        Family::Builtin | Family::Typing | Family::Standard | Family::Other => false,
    }
}

fn sqlalchemy(rest: &str) -> (Family, &str) {
    // `sqlalchemy.Column`: most names come this way.
    if !rest.contains('.') {
        return (Family::Sqlalchemy, rest);
    }
    for marker in ["func.", "functions."] {
        if let Some(at) = rest.find(marker)
            && (at == 0 || rest.as_bytes().get(at - 1) == Some(&b'.'))
        {
            let name = &rest[at + marker.len()..];
            return match name {
                // `sqlalchemy.sql.functions.FunctionElement` and its like are classes, not functions of an engine.
                _ if name.starts_with(|letter: char| letter.is_ascii_uppercase()) => (Family::Sqlalchemy, name),
                _ if marker == "func." => (Family::Sqlalchemy, &rest[at..]),
                // `sqlalchemy.sql.functions.now` is the same function as `func.now`.
                _ => (Family::Sqlalchemy, &rest[at..]),
            };
        }
    }
    if let Some(rest) = rest.strip_prefix("dialects.") {
        let (dialect, name) = rest.split_once('.').unwrap_or((rest, ""));
        let family = match dialect {
            "postgresql" => Family::Postgresql,
            "sqlite" => Family::Sqlite,
            "mysql" | "mariadb" => Family::Mysql,
            _ => Family::OtherDialect,
        };
        return (family, last(name));
    }
    (Family::Sqlalchemy, last(rest))
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Names that exist without an import, as far as evaluation or annotations need them.
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.binary_search(&name).is_ok()
}

/// A base class of a library that brings no column and no table.
pub fn brings_no_columns(path: &str) -> bool {
    let (family, name) = known(path);
    match family {
        Family::Builtin | Family::Typing | Family::Standard | Family::Pydantic => true,
        Family::Sqlmodel => name == "SQLModel",
        Family::Sqlalchemy => matches!(
            name,
            "DeclarativeBase"
                | "DeclarativeBaseNoMeta"
                | "MappedAsDataclass"
                | "AsyncAttrs"
                | "AbstractConcreteBase"
                | "MutableBase"
                | "Comparator"
                | "DeclarativeMeta"
                | "DeclarativeAttributeIntercept"
        ),
        Family::FlaskSqlalchemy => true,
        Family::Postgresql
        | Family::Sqlite
        | Family::Mysql
        | Family::OtherDialect
        | Family::Pgvector
        | Family::Geoalchemy
        | Family::SqlalchemyUtils
        | Family::Other => false,
    }
}

const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "DeprecationWarning",
    "Ellipsis",
    "Exception",
    "FileNotFoundError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "PermissionError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "TimeoutError",
    "TypeError",
    "UnicodeDecodeError",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__import__",
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

const STANDARD: &[&str] = &[
    "__future__",
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "cmath",
    "codecs",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "getpass",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "multiprocessing",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "sched",
    "secrets",
    "select",
    "shlex",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "sysconfig",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "tokenize",
    "tomllib",
    "traceback",
    "types",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(BUILTINS.is_sorted());
        assert!(STANDARD.is_sorted());
    }

    #[test]
    fn a_name_is_known_whatever_way_it_came() {
        for path in
            ["sqlalchemy.Integer", "sqlalchemy.types.Integer", "sqlmodel.Integer", "sqlalchemy.sql.sqltypes.Integer"]
        {
            assert_eq!(known(path), (Family::Sqlalchemy, "Integer"), "{path}");
        }
        assert_eq!(known("sqlalchemy.dialects.postgresql.JSONB"), (Family::Postgresql, "JSONB"));
        assert_eq!(known("sqlalchemy.dialects.postgresql.json.JSONB"), (Family::Postgresql, "JSONB"));
        assert_eq!(known("sqlalchemy.sql.func.now"), (Family::Sqlalchemy, "func.now"));
        assert_eq!(known("sqlmodel.func.now"), (Family::Sqlalchemy, "func.now"));
        assert_eq!(known("sqlalchemy.sql.functions.FunctionElement"), (Family::Sqlalchemy, "FunctionElement"));
        assert_eq!(known("sqlmodel.main.SQLModel"), (Family::Sqlmodel, "SQLModel"));
        assert_eq!(known("typing_extensions.Annotated"), (Family::Typing, "Annotated"));
        assert_eq!(known("datetime.datetime"), (Family::Standard, "datetime.datetime"));
    }
}
