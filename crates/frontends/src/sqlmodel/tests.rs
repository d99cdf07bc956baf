//! Projects of several files: what is installed beside them, and what an import brings.

use std::path::Path;

use super::{Code, Models, Versions, read_as};

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn read(project: &Path, paths: &[&str]) -> Models {
    let paths: Vec<_> = paths.iter().map(|path| project.join(path)).collect();
    read_as(&paths, project, Versions::default())
}

fn tables(models: &Models) -> Vec<String> {
    let describe = |table: &super::model::TableModel| {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        format!("{}({})", table.name, columns.join(", "))
    };
    models.tables.iter().map(describe).collect()
}

fn codes(models: &Models) -> Vec<&'static str> {
    let troubles = models.troubles.iter().map(|trouble| trouble.diagnostic.code);
    models.notes.iter().map(|note| note.code).chain(troubles).collect()
}

const USERS: (&str, &str) = (
    "app/models.py",
    "from accounts import UserColumns\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\
     class Base(DeclarativeBase):\n    pass\n\n\
     class User(UserColumns, Base):\n    __tablename__ = \"user\"\n    name: Mapped[str]\n",
);

#[test]
fn a_base_of_an_installed_library_brings_its_columns() {
    let site = ".venv/lib/python3.13/site-packages/accounts";
    let package = format!("{site}/__init__.py");
    let columns = format!("{site}/columns.py");
    let folder = project(&[
        USERS,
        (&package, "from accounts.columns import UserColumns\nimport heavy_framework\n"),
        (
            &columns,
            "from sqlalchemy import String\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n\
             class UserColumns:\n    id: Mapped[int] = mapped_column(primary_key=True)\n\
             \x20   email: Mapped[str] = mapped_column(String(320), unique=True)\n",
        ),
        (".venv/lib/python3.13/site-packages/heavy_framework/__init__.py", "class Broken(:\n"),
    ]);
    let models = read(folder.path(), &["app/models.py"]);
    assert_eq!(codes(&models), Vec::<&str>::new());
    assert_eq!(tables(&models), ["user(name, id, email)"]);
    assert_eq!(models.tables[0].columns[2].ty.postgres.sql, "VARCHAR(320)");
}

#[test]
fn a_base_that_is_not_installed_is_not_known() {
    let folder = project(&[USERS]);
    assert_eq!(codes(&read(folder.path(), &["app/models.py"])), [Code::UnknownBase.word()]);
}

#[test]
fn tables_of_another_database_are_left_out() {
    let base = "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\
                Base = declarative_base()\n";
    let page = "class Page(Base):\n    __tablename__ = \"page\"\n    id = Column(Integer, primary_key=True)\n";
    let folder = project(&[
        ("app/__init__.py", ""),
        ("app/archive.py", &format!("{base}{page}    old = Column(Integer)\n")),
        ("app/models.py", &format!("import app.archive\n{base}{page}COPY = app.archive.Page\n")),
    ]);
    let models = read(folder.path(), &["app/models.py"]);
    assert_eq!(tables(&models), ["page(id)"]);
    assert_eq!(codes(&models), [Code::OtherMetadata.word()]);
    let archive = read(folder.path(), &["app/archive.py"]);
    assert_eq!(tables(&archive), ["page(id, old)"]);
    let both = read(folder.path(), &["app"]);
    assert_eq!(codes(&both), [Code::TableDefinedTwice.word()]);
}

#[test]
fn a_library_is_not_read_because_it_lies_in_the_project() {
    let folder = project(&[
        ("sqlmodel/__init__.py", "Field = None\nSQLModel = None\n"),
        (
            "models.py",
            "from sqlmodel import Field, SQLModel\n\nclass A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n",
        ),
    ]);
    assert_eq!(tables(&read(folder.path(), &["models.py"])), ["a(id)"]);
}
