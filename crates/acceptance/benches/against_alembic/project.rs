use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// A project of one's own, twice over: the same models, with whimbrel's configuration and with Alembic's.
pub struct Project {
    pub folder: PathBuf,
    tables: usize,
}

/// So many tables stand in a module, as people split them.
const TABLES_PER_MODULE: usize = 40;

impl Project {
    pub fn with_models(folder: &Path, tables: usize) -> Result<Self> {
        let project = Project { folder: folder.to_path_buf(), tables };
        fs::create_dir_all(folder.join("app/models"))?;
        fs::write(folder.join("app/__init__.py"), "")?;
        project.write_models(false)?;
        Ok(project)
    }

    /// Ten columns a table: two with an index, one unique, one foreign key. With `changed`, the first table has one more.
    pub fn write_models(&self, changed: bool) -> Result<()> {
        let modules = self.tables.div_ceil(TABLES_PER_MODULE);
        let mut package = String::new();
        for module in 0..modules {
            let _ = writeln!(package, "from app.models import m{module:03}");
            let mut text = String::from(
                "from datetime import datetime\nfrom decimal import Decimal\nfrom typing import Optional\n\n\
                 from sqlmodel import Field, SQLModel\n",
            );
            let first = module * TABLES_PER_MODULE;
            for table in first..(first + TABLES_PER_MODULE).min(self.tables) {
                let parent = table.saturating_sub(1);
                let _ = write!(
                    text,
                    "\n\nclass T{table:05}(SQLModel, table=True):\n    \
                     id: Optional[int] = Field(default=None, primary_key=True)\n    \
                     name: str = Field(index=True)\n    \
                     code: str = Field(unique=True, max_length=40)\n    \
                     amount: int = Field(default=0, index=True)\n    \
                     price: Decimal = Field(max_digits=10, decimal_places=2)\n    \
                     created_at: datetime\n    \
                     note: Optional[str] = None\n    \
                     ratio: float = 0.0\n    \
                     active: bool = True\n    \
                     parent_id: Optional[int] = Field(default=None, foreign_key=\"t{parent:05}.id\")\n"
                );
                if changed && table == 0 {
                    text.push_str("    archived_at: Optional[datetime] = None\n");
                }
            }
            fs::write(self.folder.join(format!("app/models/m{module:03}.py")), text)?;
        }
        fs::write(self.folder.join("app/models/__init__.py"), package)?;
        Ok(())
    }

    pub fn configure(&self, engine: &str, whimbrel_url: &str, alembic_url: &str) -> Result<()> {
        fs::write(
            self.folder.join("whimbrel.toml"),
            format!(
                "[models]\npaths = [\"app/models\"]\n\n[migrations]\nfolder = \"migrations\"\nengines = [\"{engine}\"]\n\n\
                 [environments.dev]\nurl = \"{whimbrel_url}\"\n"
            ),
        )?;
        fs::create_dir_all(self.folder.join("migrations"))?;
        fs::create_dir_all(self.versions())?;
        fs::write(
            self.folder.join("alembic.ini"),
            format!(
                "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\n\
                 sqlalchemy.url = {}\n",
                alembic_url.replace('%', "%%")
            ),
        )?;
        fs::write(self.folder.join("alembic/env.py"), ENV)?;
        fs::write(self.folder.join("alembic/script.py.mako"), TEMPLATE)?;
        Ok(())
    }

    pub fn versions(&self) -> PathBuf {
        self.folder.join("alembic/versions")
    }

    pub fn migrations(&self) -> PathBuf {
        self.folder.join("migrations")
    }

    /// The same chain for both tools: each revision makes one table.
    pub fn write_chain(&self, length: usize) -> Result<()> {
        for number in 0..length {
            let (id, sql) = (format!("{:012x}", number + 1), chain_statement(number));
            let parent = if number == 0 { "none".to_owned() } else { format!("{number:012x}") };
            fs::write(
                self.migrations().join(format!("{id}_step.sql")),
                format!(
                    "-- revision: {id}\n-- parents:  {parent}\n-- message:  step {number}\n\n-- upgrade\n{sql};\n\n\
                     -- downgrade\nDROP TABLE step_{number:04};\n"
                ),
            )?;
            let down = if number == 0 { "None".to_owned() } else { format!("\"{number:012x}\"") };
            fs::write(
                self.versions().join(format!("{id}_step.py")),
                format!(
                    "from alembic import op\n\nrevision = \"{id}\"\ndown_revision = {down}\nbranch_labels = None\n\
                     depends_on = None\n\n\ndef upgrade():\n    op.execute(\"\"\"{sql}\"\"\")\n\n\ndef downgrade():\n    \
                     op.execute(\"DROP TABLE step_{number:04}\")\n"
                ),
            )?;
        }
        Ok(())
    }
}

pub fn chain_statement(number: usize) -> String {
    format!(
        "CREATE TABLE step_{number:04} (\n    id integer PRIMARY KEY,\n    name varchar(80) NOT NULL,\n    \
         amount integer DEFAULT 0 NOT NULL,\n    note text\n)"
    )
}

const ENV: &str = r#"import sys

from alembic import context
from sqlalchemy import create_engine, pool

config = context.config
target_metadata = None
if "no-models" not in context.get_x_argument():
    from sqlmodel import SQLModel

    import app.models

    target_metadata = SQLModel.metadata

engine = create_engine(config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"#;

const TEMPLATE: &str = r#""""${message}"""
from alembic import op
import sqlalchemy as sa
import sqlmodel
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"#;
