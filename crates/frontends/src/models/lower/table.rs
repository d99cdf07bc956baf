//! One table.

use whimbrel_schema::{
    Check, Column, Engine, Exclusion, ExclusionElement, Expression, ForeignKey, Generation, Identity, Index, IndexKey,
    ObjectName, Persistence, PrimaryKey, Table, TableOptions, Unique,
};

use super::Lowering;
use super::object::{largest, options};
use crate::models::model::{
    CheckModel, ColumnModel, ExclusionModel, ForeignKeyModel, IndexModel, Integral, KeyModel, KeyPart, TableModel,
};

impl Lowering<'_> {
    pub(super) fn table(&self, model: &TableModel) -> Table {
        let mut table = Table::new(self.name(model.namespace.as_deref(), &model.name));
        table.notes = model.notes.clone();
        table.comment = model.comment.clone();
        table.options = self.options(model);
        table.columns = model.columns.iter().map(|column| self.column(model, &table.name, column)).collect();
        table.primary_key = model.primary_key.as_ref().map(|key| PrimaryKey {
            name: self.own(&key.name),
            include: self.postgres_only(&key.include),
            deferrable: key.deferrable,
            comment: key.comment.clone(),
            ..PrimaryKey::new(key.columns.iter().cloned())
        });
        // SQLite takes AUTOINCREMENT with the column only, and there SQLAlchemy names no constraint.
        let inline = table.columns.iter().any(|column| column.generation == Some(Generation::AutoIncrement));
        if let Some(key) = table.primary_key.as_mut().filter(|_| inline) {
            key.name = None;
        }
        table.uniques = self.uniques(&model.uniques);
        table.foreign_keys = model.foreign_keys.iter().filter_map(|key| self.foreign_key(model, key)).collect();
        table.checks = model.checks.iter().filter_map(|check| self.check(check)).collect();
        table.indexes = model.indexes.iter().filter_map(|index| self.index(index)).collect();
        table.exclusions = match self.engine {
            Engine::Postgres => model.exclusions.iter().map(|exclusion| self.exclusion(exclusion)).collect(),
            Engine::Sqlite | Engine::Mysql => Vec::new(),
        };
        table
    }

    /// Within CREATE TABLE, PostgreSQL makes one of two equal unique constraints, under the first name that there is.
    fn uniques(&self, models: &[KeyModel]) -> Vec<Unique> {
        let mut uniques: Vec<Unique> = Vec::with_capacity(models.len());
        for unique in models.iter().map(|model| self.unique(model)) {
            let equal = |other: &&mut Unique| {
                other.columns == unique.columns
                    && other.include == unique.include
                    && other.nulls_distinct == unique.nulls_distinct
                    && other.deferrable == unique.deferrable
            };
            let first = match self.engine {
                Engine::Postgres => uniques.iter_mut().find(equal),
                Engine::Sqlite | Engine::Mysql => None,
            };
            match first {
                Some(first) => first.name = first.name.take().or(unique.name),
                None => uniques.push(unique),
            }
        }
        uniques
    }

    fn own<T: Clone + Default>(&self, value: &crate::models::model::ByEngine<T>) -> T {
        value.get(self.engine).cloned().unwrap_or_default()
    }

    fn postgres_only<T: Clone + Default>(&self, value: &T) -> T {
        match self.engine {
            Engine::Postgres => value.clone(),
            Engine::Sqlite | Engine::Mysql => T::default(),
        }
    }

    fn options(&self, model: &TableModel) -> TableOptions {
        let options = &model.options;
        let persistence = match (options.unlogged, options.temporary) {
            (_, true) => Persistence::Temporary,
            (true, false) => Persistence::Unlogged,
            (false, false) => Persistence::Permanent,
        };
        match self.engine {
            Engine::Postgres => TableOptions {
                persistence,
                partition_by: options.partition_by.clone(),
                inherits: options.inherits.iter().map(|name| self.name(None, name)).collect(),
                storage: options.storage.iter().cloned().collect(),
                tablespace: options.tablespace.clone(),
                ..TableOptions::default()
            },
            Engine::Sqlite => TableOptions {
                persistence: if options.temporary { Persistence::Temporary } else { Persistence::Permanent },
                strict: options.sqlite_strict,
                without_rowid: options.sqlite_without_rowid,
                ..TableOptions::default()
            },
            Engine::Mysql => TableOptions::default(),
        }
    }

    fn column(&self, table: &TableModel, name: &ObjectName, model: &ColumnModel) -> Column {
        let ty = self.own(&model.ty);
        let mut column = Column::new(model.name.clone(), self.column_type(&ty));
        column.nullable = model.nullable;
        column.collation = ty.collation.clone();
        column.comment = model.comment.clone();
        column.notes = model.notes.clone();
        column.notes.client_default = self.own(&model.client_default).map(Expression::new);
        column.default = self.own(&model.default).map(Expression::new);
        if let Some(computed) = &model.computed
            && let Some(sql) = self.own(&computed.sql)
        {
            let stored = match (self.engine, computed.persisted) {
                (_, Some(persisted)) => persisted,
                // PostgreSQL knows no other kind before 18; SQLite's own default is the other one.
                (Engine::Postgres, None) => true,
                (Engine::Sqlite | Engine::Mysql, None) => false,
            };
            let expression = Expression::new(sql);
            column.generation =
                Some(if stored { Generation::Stored(expression) } else { Generation::Virtual(expression) });
            column.default = None;
        }
        match self.engine {
            Engine::Postgres => {
                if let Some(identity) = &model.identity {
                    let largest = largest(&column.ty.name);
                    let options = options(&identity.numbers, largest);
                    column.generation = Some(Generation::Identity(Identity { always: identity.always, options }));
                } else if model.autoincrement && ty.kind != Integral::No {
                    let sequence = sequence_name(&name.name, &model.name);
                    column.generation = Some(Generation::Serial { sequence: name.sibling(sequence) });
                    // `serial` takes no default beside its own.
                    column.default = None;
                    column.nullable = false;
                }
                // The server keeps no default that is `NULL`.
                column.default = column.default.take().filter(|text| !text.text().trim().eq_ignore_ascii_case("null"));
            }
            Engine::Sqlite => {
                let alone = table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
                let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&model.name));
                if table.options.sqlite_autoincrement
                    && model.primary_key
                    && alone
                    && ty.kind != Integral::No
                    && !refers
                {
                    column.generation = Some(Generation::AutoIncrement);
                }
            }
            Engine::Mysql => {}
        }
        column
    }

    fn unique(&self, key: &KeyModel) -> Unique {
        Unique {
            name: self.own(&key.name),
            include: self.postgres_only(&key.include),
            nulls_distinct: !self.postgres_only(&key.nulls_not_distinct),
            deferrable: key.deferrable,
            comment: key.comment.clone(),
            ..Unique::new(key.columns.iter().cloned())
        }
    }

    fn foreign_key(&self, table: &TableModel, key: &ForeignKeyModel) -> Option<ForeignKey> {
        let references = self.name(key.namespace.as_deref(), &key.table);
        // SQLAlchemy leaves out what SQLite cannot have: a reference into another schema.
        if self.engine == Engine::Sqlite && references.namespace != self.name(table.namespace.as_deref(), "").namespace
        {
            return None;
        }
        Some(ForeignKey {
            name: self.own(&key.name),
            on_delete: key.on_delete,
            on_update: key.on_update,
            set_columns: key.set_columns.clone(),
            matching: key.matching,
            deferrable: key.deferrable,
            // Within CREATE TABLE, NOT VALID spares nothing: the catalogue says valid.
            validated: true,
            comment: key.comment.clone(),
            ..ForeignKey::new(key.columns.iter().cloned(), references, key.referenced_columns.iter().cloned())
        })
    }

    fn check(&self, check: &CheckModel) -> Option<Check> {
        let sql = self.own(&check.sql)?;
        let mut lowered = Check::new(self.own(&check.name), sql.as_str());
        lowered.no_inherit = self.postgres_only(&check.no_inherit);
        lowered.comment = check.comment.clone();
        Some(lowered)
    }

    fn index(&self, model: &IndexModel) -> Option<Index> {
        let name = self.own(&model.name);
        let keys: Vec<IndexKey> = self.own(&model.keys).iter().map(|part| self.key(part)).collect();
        if name.is_empty() || keys.is_empty() {
            return None;
        }
        let mut index = Index::new(name, keys);
        index.unique = model.unique;
        index.predicate = self.own(&model.predicate).map(Expression::new);
        index.method = self.postgres_only(&model.method).filter(|method| method != "btree");
        index.include = self.postgres_only(&model.include);
        index.nulls_distinct = !self.postgres_only(&model.nulls_not_distinct);
        index.storage = self.postgres_only(&model.storage).into_iter().collect();
        index.tablespace = self.postgres_only(&model.tablespace);
        Some(index)
    }

    fn key(&self, part: &KeyPart) -> IndexKey {
        let mut key = match (&part.column, &part.expression) {
            (Some(column), _) => IndexKey::column(column.clone()),
            (None, expression) => IndexKey::expression(expression.as_deref().unwrap_or_default()),
        };
        key.collation = part.collation.clone();
        key.operator_class = self.postgres_only(&part.operator_class);
        key.descending = part.descending;
        // Ascending keys end with NULLs on PostgreSQL and begin with them on SQLite, unless told otherwise.
        let default = match self.engine {
            Engine::Postgres => part.descending,
            Engine::Sqlite | Engine::Mysql => !part.descending,
        };
        key.nulls_first = part.nulls_first.filter(|first| *first != default);
        key
    }

    fn exclusion(&self, model: &ExclusionModel) -> Exclusion {
        Exclusion {
            name: model.name.clone(),
            method: model.method.clone(),
            elements: model
                .elements
                .iter()
                .map(|element| ExclusionElement { key: self.key(&element.key), operator: element.operator.clone() })
                .collect(),
            include: Vec::new(),
            predicate: model.predicate.as_deref().map(Expression::new),
            deferrable: model.deferrable,
            comment: model.comment.clone(),
        }
    }
}

/// `table_column_seq`, with the longer of both cut until it fits, as the server does it.
fn sequence_name(table: &str, column: &str) -> String {
    const ROOM: usize = 63 - "__seq".len();
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > ROOM {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    format!("{}_{}_seq", &table[..table.floor_char_boundary(first)], &column[..column.floor_char_boundary(second)])
}
