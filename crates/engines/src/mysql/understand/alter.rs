//! ALTER TABLE, and CREATE INDEX and DROP INDEX, which are short for it.

use whimbrel_schema::{Index, ObjectName};

use super::super::reader::{Read, Reader};
use super::super::statement::{Algorithm, Alter, Change, Clause, Element, Key, Level, Partition, Position, Statement};
use super::{column, key, table};

/// From behind `ALTER [ONLINE] [IGNORE] TABLE`.
pub(super) fn alter(reader: &mut Reader<'_>) -> Read<Statement> {
    if reader.if_exists() {
        return reader.stop("whether the table is there is not known, so what becomes of it is not followed");
    }
    let mut alter = bare(reader.object_name()?);
    wait(reader, &mut alter)?;
    while !reader.is_done() {
        clause(reader, &mut alter)?;
        // Options and partitions follow each other without a comma.
        reader.take_symbol(",");
    }
    Ok(Statement::Alter(Box::new(alter)))
}

fn bare(table: ObjectName) -> Alter {
    Alter { table, clauses: Vec::new(), algorithm: None, lock: None, wait: None }
}

fn wait(reader: &mut Reader<'_>, alter: &mut Alter) -> Read<()> {
    if reader.take("NOWAIT") {
        alter.wait = Some(0);
    } else if reader.take("WAIT") {
        alter.wait = Some(reader.number()?);
    }
    Ok(())
}

/// `ALGORITHM=` or `LOCK=`; `false` where neither stands.
fn manner(reader: &mut Reader<'_>, alter: &mut Alter) -> Read<bool> {
    if reader.take("ALGORITHM") {
        reader.take_symbol("=");
        alter.algorithm = match reader.take_one_of(&["DEFAULT", "INSTANT", "NOCOPY", "INPLACE", "COPY"]) {
            Some("INSTANT") => Some(Algorithm::Instant),
            Some("NOCOPY") => Some(Algorithm::Nocopy),
            Some("INPLACE") => Some(Algorithm::Inplace),
            Some("COPY") => Some(Algorithm::Copy),
            Some(_) => None,
            None => return reader.stop(format!("`{}` is no algorithm", reader.here())),
        };
        return Ok(true);
    }
    if reader.take("LOCK") {
        reader.take_symbol("=");
        alter.lock = match reader.take_one_of(&["DEFAULT", "NONE", "SHARED", "EXCLUSIVE"]) {
            Some("NONE") => Some(Level::None),
            Some("SHARED") => Some(Level::Shared),
            Some("EXCLUSIVE") => Some(Level::Exclusive),
            Some(_) => None,
            None => return reader.stop(format!("`{}` is no lock", reader.here())),
        };
        return Ok(true);
    }
    Ok(false)
}

fn clause(reader: &mut Reader<'_>, alter: &mut Alter) -> Read<()> {
    if manner(reader, alter)? {
        return Ok(());
    }
    if reader.take_one_of(&["WITH", "WITHOUT"]).is_some() {
        return reader.expect("VALIDATION");
    }
    let start = reader.place();
    if reader.is("ADD")
        && !reader.are(&["ADD", "PARTITION"])
        && !reader.are(&["ADD", "PERIOD"])
        && !reader.are(&["ADD", "SYSTEM"])
    {
        reader.skip();
        return add(reader, alter, start);
    }
    let change = match () {
        () if reader.take("MODIFY") => {
            reader.take("COLUMN");
            refuse_if_exists(reader)?;
            let column = column::definition(reader)?;
            Change::Redefine { from: column.name.clone(), column, position: position(reader)? }
        }
        () if reader.take("CHANGE") => {
            reader.take("COLUMN");
            refuse_if_exists(reader)?;
            let from = reader.name()?;
            Change::Redefine { from, column: column::definition(reader)?, position: position(reader)? }
        }
        () if reader.take("DROP") => drop_clause(reader)?,
        () if reader.take("RENAME") => rename(reader)?,
        () if reader.take("ALTER") => alter_part(reader)?,
        () if reader.take_all(&["CONVERT", "TO"]) => convert(reader)?,
        () if reader.take_all(&["ORDER", "BY"]) => {
            reader.rest();
            Change::OrderBy
        }
        () if reader.take("FORCE") => Change::Force,
        () if reader.take_all(&["ENABLE", "KEYS"]) || reader.take_all(&["DISABLE", "KEYS"]) => Change::Keys,
        () if reader.take_all(&["DISCARD", "TABLESPACE"]) => Change::Tablespace { word: "DISCARD" },
        () if reader.take_all(&["IMPORT", "TABLESPACE"]) => Change::Tablespace { word: "IMPORT" },
        () => match partition(reader)? {
            Some(partition) => Change::Partition(partition),
            None => match table::option(reader)? {
                Some((name, value)) => Change::Option { name, value },
                None => return reader.stop(format!("`{}` is not understood here", reader.here())),
            },
        },
    };
    alter.clauses.push(Clause { place: reader.since(start), change });
    Ok(())
}

/// What depends on whether a column is there cannot be followed: `MODIFY IF EXISTS`.
fn refuse_if_exists(reader: &mut Reader<'_>) -> Read<()> {
    match reader.are(&["IF", "EXISTS"]) {
        true => reader.stop("whether the column is there is not known, so what becomes of it is not followed"),
        false => Ok(()),
    }
}

fn add(reader: &mut Reader<'_>, alter: &mut Alter, start: usize) -> Read<()> {
    if key::begins(reader) {
        let (key, if_not_exists) = key::key(reader)?;
        let change = Change::AddKey { key, if_not_exists };
        alter.clauses.push(Clause { place: reader.since(start), change });
        return Ok(());
    }
    reader.take("COLUMN");
    let if_not_exists = reader.if_not_exists();
    if reader.take_symbol("(") {
        let mut start = start;
        loop {
            let element = match key::begins(reader) {
                true => Element::Key(key::key(reader)?.0),
                false => Element::Column(column::definition(reader)?),
            };
            let change = match element {
                Element::Key(key) => Change::AddKey { key, if_not_exists },
                Element::Column(column) => Change::AddColumn { column, position: None, if_not_exists },
            };
            alter.clauses.push(Clause { place: reader.since(start), change });
            if !reader.take_symbol(",") {
                break;
            }
            start = reader.place();
        }
        return reader.expect_symbol(")");
    }
    let column = column::definition(reader)?;
    let change = Change::AddColumn { column, position: position(reader)?, if_not_exists };
    alter.clauses.push(Clause { place: reader.since(start), change });
    Ok(())
}

fn position(reader: &mut Reader<'_>) -> Read<Option<Position>> {
    if reader.take("FIRST") {
        return Ok(Some(Position::First));
    }
    Ok(match reader.take("AFTER") {
        true => Some(Position::After(reader.name()?)),
        false => None,
    })
}

fn drop_clause(reader: &mut Reader<'_>) -> Read<Change> {
    if reader.take_all(&["PRIMARY", "KEY"]) {
        return Ok(Change::DropPrimary);
    }
    if reader.take_all(&["FOREIGN", "KEY"]) {
        let if_exists = reader.if_exists();
        return Ok(Change::DropForeign { name: reader.name()?, if_exists });
    }
    if reader.take("INDEX") || reader.take("KEY") {
        let if_exists = reader.if_exists();
        return Ok(Change::DropIndex { name: reader.name()?, if_exists });
    }
    if reader.take("CONSTRAINT") || reader.take("CHECK") {
        let if_exists = reader.if_exists();
        return Ok(Change::DropConstraint { name: reader.name()?, if_exists });
    }
    if reader.take("PARTITION") {
        reader.if_exists();
        names(reader)?;
        return Ok(Change::Partition(Partition::Drop));
    }
    if reader.are(&["PERIOD", "FOR"]) || reader.are(&["SYSTEM", "VERSIONING"]) {
        return reader.stop("versions of rows are not followed");
    }
    reader.take("COLUMN");
    let if_exists = reader.if_exists();
    let column = reader.name()?;
    // Words of the standard, that change nothing here.
    reader.take_one_of(&["RESTRICT", "CASCADE"]);
    Ok(Change::DropColumn { column, if_exists })
}

fn rename(reader: &mut Reader<'_>) -> Read<Change> {
    if reader.take("COLUMN") {
        refuse_if_exists(reader)?;
        let from = reader.name()?;
        reader.expect("TO")?;
        return Ok(Change::RenameColumn { from, to: reader.name()? });
    }
    if reader.take("INDEX") || reader.take("KEY") {
        refuse_if_exists(reader)?;
        let from = reader.name()?;
        reader.expect("TO")?;
        return Ok(Change::RenameIndex { from, to: reader.name()? });
    }
    if !reader.take("TO") && !reader.take("AS") {
        reader.take_symbol("=");
    }
    Ok(Change::Rename { to: reader.object_name()? })
}

fn alter_part(reader: &mut Reader<'_>) -> Read<Change> {
    if reader.take("INDEX") || reader.take("KEY") {
        refuse_if_exists(reader)?;
        reader.name()?;
        let shown = reader.take_one_of(&["VISIBLE", "INVISIBLE", "IGNORED"]).is_some();
        if !shown && !reader.take_all(&["NOT", "IGNORED"]) {
            return reader.stop(format!("`{}` is nothing that can be said of an index", reader.here()));
        }
        return Ok(Change::ShowIndex);
    }
    if reader.take("CHECK") || reader.take("CONSTRAINT") {
        reader.name()?;
        let enforced = !reader.take("NOT");
        reader.expect("ENFORCED")?;
        return Ok(Change::EnforceCheck { enforced });
    }
    reader.take("COLUMN");
    refuse_if_exists(reader)?;
    let column = reader.name()?;
    if reader.take_all(&["DROP", "DEFAULT"]) {
        return Ok(Change::SetDefault { column, to: None });
    }
    reader.expect("SET")?;
    if reader.take_one_of(&["VISIBLE", "INVISIBLE"]).is_some() {
        return reader.stop("whether a column is visible is not followed");
    }
    reader.expect("DEFAULT")?;
    Ok(Change::SetDefault { column, to: Some(column::default(reader)?) })
}

fn convert(reader: &mut Reader<'_>) -> Read<Change> {
    if reader.take("PARTITION") || reader.take("TABLE") {
        return reader.stop("tables that become partitions are not followed");
    }
    if !reader.take_all(&["CHARACTER", "SET"]) && !reader.take_all(&["CHAR", "SET"]) {
        reader.expect("CHARSET")?;
    }
    let charset = Some(reader.value()?.to_lowercase()).filter(|name| name != "default");
    let collation = match reader.take("COLLATE") {
        true => Some(reader.value()?.to_lowercase()),
        false => None,
    };
    Ok(Change::Convert { charset, collation })
}

fn partition(reader: &mut Reader<'_>) -> Read<Option<Partition>> {
    if reader.are(&["PARTITION", "BY"]) {
        return Ok(Some(Partition::By(table::partition_by(reader))));
    }
    if reader.take_all(&["REMOVE", "PARTITIONING"]) {
        return Ok(Some(Partition::Remove));
    }
    if reader.take_all(&["ADD", "PARTITION"]) {
        reader.if_not_exists();
        reader.take_one_of(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        if reader.take("PARTITIONS") {
            reader.number()?;
            // Of hashes: every row finds a place anew.
            return Ok(Some(Partition::Work("ADD")));
        }
        reader.brackets()?;
        return Ok(Some(Partition::Add));
    }
    if reader.take_all(&["EXCHANGE", "PARTITION"]) {
        reader.name()?;
        reader.expect("WITH")?;
        reader.expect("TABLE")?;
        return Ok(Some(Partition::Exchange(reader.object_name()?)));
    }
    if reader.take_all(&["TRUNCATE", "PARTITION"]) {
        names(reader)?;
        return Ok(Some(Partition::Truncate));
    }
    for word in ["ANALYZE", "CHECK", "OPTIMIZE", "REBUILD", "REPAIR", "REORGANIZE", "COALESCE"] {
        if !reader.take_all(&[word, "PARTITION"]) {
            continue;
        }
        reader.take_one_of(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        if word == "COALESCE" {
            reader.number()?;
        } else {
            names(reader)?;
        }
        if reader.take("INTO") {
            reader.brackets()?;
        }
        return Ok(Some(Partition::Work(word)));
    }
    Ok(None)
}

fn names(reader: &mut Reader<'_>) -> Read<()> {
    loop {
        reader.name()?;
        if !reader.take_symbol(",") {
            return Ok(());
        }
    }
}

/// From behind `CREATE [OR REPLACE]`: `UNIQUE INDEX …`.
pub(super) fn create_index(reader: &mut Reader<'_>, replace: bool) -> Read<Statement> {
    if replace {
        return reader.stop("whether there is an index to replace is not known");
    }
    let start = reader.place();
    let (kind, unique) = key::index_kind(reader)?;
    let if_not_exists = reader.if_not_exists();
    let mut index = Index::new(reader.name()?, Vec::new());
    index.unique = unique;
    key::using(reader, &mut index)?;
    reader.expect("ON")?;
    let mut alter = bare(reader.object_name()?);
    index.keys = key::parts(reader)?;
    key::note_kind(kind, &mut index);
    manners(reader, &mut alter, |reader| key::index_options(reader, &mut index))?;
    let change = Change::AddKey { key: Key::Index { index, kind }, if_not_exists };
    alter.clauses.push(Clause { place: reader.since(start), change });
    Ok(Statement::Alter(Box::new(alter)))
}

/// From behind `DROP INDEX`.
pub(super) fn drop_index(reader: &mut Reader<'_>) -> Read<Statement> {
    let start = reader.place();
    let if_exists = reader.if_exists();
    let name = reader.name()?;
    reader.expect("ON")?;
    let mut alter = bare(reader.object_name()?);
    manners(reader, &mut alter, |_| Ok(()))?;
    let change = match name.eq_ignore_ascii_case("PRIMARY") {
        true => Change::DropPrimary,
        false => Change::DropIndex { name, if_exists },
    };
    alter.clauses.push(Clause { place: reader.since(start), change });
    Ok(Statement::Alter(Box::new(alter)))
}

fn manners(
    reader: &mut Reader<'_>,
    alter: &mut Alter,
    mut options: impl FnMut(&mut Reader<'_>) -> Read<()>,
) -> Read<()> {
    while !reader.is_done() {
        let before = reader.place();
        wait(reader, alter)?;
        options(reader)?;
        manner(reader, alter)?;
        if reader.place() == before {
            return reader.finish();
        }
    }
    Ok(())
}
