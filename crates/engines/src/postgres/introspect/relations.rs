use whimbrel_run::DriverError;
use whimbrel_schema::{
    Column, Expression, Generation, Identity, Object, ObjectName, PartitionOf, Persistence, RowSecurity, Sequence,
    SequenceOptions, Table, View,
};

use super::catalogue::{CLASS, Catalogue, Relation};
use super::fields::{Fields, Oid, options, without_parentheses};

pub fn read_relation(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let (namespace, name, kind) = (fields.number()?, fields.text()?, fields.letter()?);
    let named = catalogue.name(CLASS, oid, namespace, name);
    let persistence = match fields.letter()? {
        'u' => Persistence::Unlogged,
        't' => Persistence::Temporary,
        _ => Persistence::Permanent,
    };
    let storage = options(fields.list()?).collect();
    let tablespace = fields.optional()?.map(str::to_string);
    let (secured, forced) = (fields.flag()?, fields.flag()?);
    let row_security = match (secured, forced) {
        (true, true) => RowSecurity::Forced,
        (true, false) => RowSecurity::Enabled,
        (false, _) => RowSecurity::Off,
    };
    let bound = fields.optional()?.map(str::to_string);
    let partition_by = fields.optional()?.map(str::to_string);
    let query = fields.optional()?;
    let mut settings = Vec::new();
    match fields.letter()? {
        'n' => settings.push(("replica identity", "NOTHING")),
        'f' => settings.push(("replica identity", "FULL")),
        // `i` is told by the index.
        _ => {}
    }
    settings.extend(fields.optional()?.map(|ty| ("typed table", ty)));
    settings.extend(fields.optional()?.map(|method| ("access method", method)));
    settings.extend(fields.optional()?.map(|options| ("toast storage", options)));
    if forced && !secured {
        settings.push(("row security", "FORCE"));
    }
    if kind == 'm' {
        settings.extend(tablespace.as_deref().map(|tablespace| ("tablespace", tablespace)));
    }
    let settings = settings.into_iter().filter(|_| matches!(kind, 'r' | 'p' | 'm'));
    for (setting, definition) in settings {
        if let Some(table) = &named {
            catalogue.setting(setting, table, &table.name, definition.to_string());
        }
    }

    if let (Some(query), Some(name)) = (query, &named) {
        let view = View {
            name: name.clone(),
            materialized: kind == 'm',
            columns: Vec::new(),
            query: Expression::new(query.trim().trim_end_matches(';')),
            options: storage,
            indexes: Vec::new(),
            triggers: Vec::new(),
            comment: catalogue.comment(CLASS, oid, 0),
        };
        catalogue.views.insert(oid, catalogue.objects.len());
        catalogue.objects.push((CLASS, oid, Object::View(view)));
        // A materialized view has columns that its indexes name.
        let relation =
            Relation { table: Table::new(name.clone()), numbers: Vec::new(), types: Vec::new(), kept: false };
        catalogue.relations.insert(oid, relation);
        return Ok(());
    }
    // Others' tables are kept in mind: foreign keys may refer to them. A foreign table is opaque.
    let kept = named.is_some() && matches!(kind, 'r' | 'p');
    let namespace = || catalogue.namespaces.get(&namespace).cloned().flatten();
    let name = named.unwrap_or_else(|| ObjectName { namespace: namespace(), name: name.to_string() });
    let mut table = Table::new(name);
    table.options.persistence = persistence;
    table.options.storage = storage;
    table.options.tablespace = tablespace;
    table.options.row_security = row_security;
    table.options.partition_by = partition_by;
    // The parent is known once all tables are.
    table.options.partition_of = bound.map(|bound| PartitionOf { parent: ObjectName::new(""), bound });
    table.comment = catalogue.comment(CLASS, oid, 0);
    catalogue.relations.insert(oid, Relation { table, numbers: Vec::new(), types: Vec::new(), kept });
    Ok(())
}

pub fn read_inheritance(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (child, parent) = (fields.number::<Oid>()?, fields.number::<Oid>()?);
    let Some(parent) = catalogue.relations.get(&parent).map(|parent| parent.table.name.clone()) else {
        return Ok(());
    };
    if let Some(child) = catalogue.kept_table(child) {
        match &mut child.table.options.partition_of {
            Some(partition) => partition.parent = parent,
            None => child.table.options.inherits.push(parent),
        }
    }
    Ok(())
}

pub fn read_column(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (table, number) = (fields.number::<Oid>()?, fields.number::<i16>()?);
    let name = fields.string()?;
    let (ty, modifier) = (fields.number()?, fields.number()?);
    let collation = fields.oid()?.unwrap_or(0);
    let (parsed, own_collation) = catalogue.type_of(ty, modifier)?;
    let mut column = Column::new(name, parsed);
    if collation != own_collation {
        column.collation = catalogue.collation(collation);
    }
    column.nullable = !fields.flag()?;
    let (identity, generated) = (fields.letter()?, fields.letter()?);
    let default = fields.optional()?;
    match (identity, generated, default) {
        ('a' | 'd', _, _) => {
            // The numbers come with the sequence.
            let options = SequenceOptions::ascending(i64::MAX);
            column.generation = Some(Generation::Identity(Identity { always: identity == 'a', options }));
        }
        (_, 's', Some(text)) => column.generation = Some(Generation::Stored(without_parentheses(text).into())),
        (_, 'v', Some(text)) => column.generation = Some(Generation::Virtual(without_parentheses(text).into())),
        (_, _, default) => column.default = default.map(Expression::new),
    }
    column.comment = catalogue.comment(CLASS, table, i32::from(number));
    if let Some(definition) = fields.optional()?
        && let Some(name) = catalogue.kept_table(table).map(|relation| relation.table.name.clone())
    {
        catalogue.setting("column storage", &name, &column.name, definition.to_string());
    }
    if let Some(relation) = catalogue.relations.get_mut(&table) {
        relation.table.columns.push(column);
        relation.numbers.push(number);
        relation.types.push((ty, collation));
    }
    Ok(())
}

/// Sequences of identity columns and of `serial` become part of their column; the others stand on their own.
pub fn read_sequence(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let (namespace, name) = (fields.number()?, fields.text()?);
    let ty = super::types::read_plain(fields.text()?);
    let options = SequenceOptions {
        start: fields.number()?,
        increment: fields.number()?,
        minimum: fields.number()?,
        maximum: fields.number()?,
        cache: fields.number()?,
        cycle: fields.flag()?,
    };
    let (dependency, owner, number) = (fields.optional()?, fields.oid()?, fields.optional()?);
    let printed = fields.text()?;
    let Some(name) = catalogue.name(CLASS, oid, namespace, name) else {
        return Ok(());
    };
    let number = number.and_then(|number| number.parse::<i16>().ok()).unwrap_or(0);
    let mut owned_by = None;
    if let Some(relation) = owner.and_then(|owner| catalogue.relations.get_mut(&owner)) {
        if !relation.kept {
            return Ok(());
        }
        let table = relation.table.name.clone();
        if let Some(column) = relation.place(number).and_then(|place| relation.table.columns.get_mut(place)) {
            if dependency == Some("i") {
                if let Some(Generation::Identity(identity)) = &mut column.generation {
                    identity.options = options;
                }
                return Ok(());
            }
            // Serial is what `serial` makes: a sequence with other numbers is shown with them.
            let maxima = [i64::from(i16::MAX), i64::from(i32::MAX), i64::MAX];
            let plain = maxima.iter().any(|maximum| options == SequenceOptions::ascending(*maximum));
            let next = format!("nextval('{}'::regclass)", printed.replace('\'', "''"));
            if plain && column.default.as_ref().is_some_and(|default| default.text() == next) {
                column.default = None;
                column.generation = Some(Generation::Serial { sequence: name });
                return Ok(());
            }
            owned_by = Some((table, column.name.clone()));
        }
    }
    let comment = catalogue.comment(CLASS, oid, 0);
    let sequence = Sequence { name, ty, options, owned_by, comment };
    catalogue.objects.push((CLASS, oid, Object::Sequence(sequence)));
    Ok(())
}
