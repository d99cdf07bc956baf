use anyhow::{Context, Result, ensure};
use whimbrel_run::Driver;
use whimbrel_run::backup::{self, BackupError, Scope, Standing, TableContents, differences};
use whimbrel_schema::ObjectName;

use super::{Shelf, go_on};

fn rows(tables: &[TableContents]) -> u64 {
    tables.iter().map(|table| table.rows).sum()
}

/// All of `source` into the empty `target`: equal by schema, rows and values, and proved to be; and never over what is
/// there unless it is named.
pub fn comes_out_equal(source: &mut dyn Driver, target: &mut dyn Driver) -> Result<()> {
    let shelf = Shelf::new()?;
    let before = source.contents(None, &mut go_on)?;
    ensure!(rows(&before) > 0, "there are no rows: this shows nothing");
    let schema = source.introspect()?;

    let backup = shelf.take(source, Scope::Full)?;
    let id = backup.manifest.id.clone();
    ensure!(shelf.left()? == [id.0.clone()], "more than the backup is left: {:?}", shelf.left()?);
    ensure!(differences(&before, &backup.manifest.tables).is_empty(), "the manifest tells of other tables");
    ensure!(backup.manifest.schema.as_ref() == Some(&schema.fingerprint()), "the manifest tells of another schema");
    ensure!(backup.manifest.is_whole() && !backup.manifest.files.is_empty());
    ensure!(matches!(backup.standing(), Standing::Unproved));
    let faults = backup::verify(&backup, &mut go_on)?;
    ensure!(faults.is_empty(), "it is not what was made: {faults:?}");

    let restored = shelf.restore(target, &backup, None, None)?;
    let proof = restored.proof.context("nothing was proved")?;
    ensure!(proof.holds() && restored.unwritten.is_none(), "{:?}", restored.unwritten);
    ensure!(backup.standing().is_proved(), "{:?}", backup.standing());
    let after = target.contents(None, &mut go_on)?;
    let differ = differences(&before, &after);
    ensure!(differ.is_empty(), "what came out is something else: {differ:?}");
    ensure!(target.introspect()? == schema, "the schema that came out is another");
    ensure!(source.contents(None, &mut go_on)? == before, "the source was changed");
    ensure!(shelf.left()? == [id.0.clone()], "more than the backup is left: {:?}", shelf.left()?);

    let name = target.database();
    let refused = shelf.restore(target, &backup, None, None);
    ensure!(matches!(refused, Err(BackupError::Occupied { .. })), "written over what nobody named: {refused:?}");
    let refused = shelf.restore(target, &backup, None, Some("another"));
    ensure!(matches!(refused, Err(BackupError::OtherDatabase { .. })), "written over what nobody named: {refused:?}");
    shelf.restore(target, &backup, None, Some(&name))?;
    let again = target.contents(None, &mut go_on)?;
    ensure!(differences(&before, &again).is_empty(), "the second time it is something else");
    Ok(())
}

/// One table, out of a backup of the whole: where it is not there, and where its rows were spoilt (by `spoil`); all others
/// are left as they are.
pub fn one_table_comes_out(
    source: &mut dyn Driver,
    target: &mut dyn Driver,
    table: &ObjectName,
    spoil: &str,
) -> Result<()> {
    let shelf = Shelf::new()?;
    let backup = shelf.take(source, Scope::Full)?;
    let only = [table.clone()];
    let before = source.contents(Some(&only), &mut go_on)?;
    ensure!(rows(&before) > 0, "`{table}` has no rows: this shows nothing");

    let restored = shelf.restore(target, &backup, Some(&only), None)?;
    ensure!(restored.proof.is_none(), "one table proves nothing of the whole");
    ensure!(target.contents(Some(&only), &mut go_on)? == before, "`{table}` came out differently");
    let refused = shelf.restore(target, &backup, Some(&only), None);
    ensure!(matches!(refused, Err(BackupError::Occupied { .. })), "written over what nobody named: {refused:?}");

    source.execute_script(spoil)?;
    let spoilt = source.contents(None, &mut go_on)?;
    ensure!(source.contents(Some(&only), &mut go_on)? != before, "`{spoil}` changes nothing");
    let name = source.database();
    shelf.restore(source, &backup, Some(&only), Some(&name))?;
    ensure!(source.contents(Some(&only), &mut go_on)? == before, "`{table}` came out differently over what was there");
    let mine: Vec<&ObjectName> = before.iter().map(|contents| &contents.name).collect();
    let others = |all: Vec<TableContents>| -> Vec<TableContents> {
        all.into_iter().filter(|contents| !mine.contains(&&contents.name)).collect()
    };
    ensure!(others(source.contents(None, &mut go_on)?) == others(spoilt), "another table was changed");
    Ok(())
}

/// A copy of some tables has the whole schema, their rows and no others.
pub fn only_affected_rows_are_copied(
    source: &mut dyn Driver,
    target: &mut dyn Driver,
    tables: &[ObjectName],
) -> Result<()> {
    let shelf = Shelf::new()?;
    let schema = source.introspect()?;
    let meant = source.contents(Some(tables), &mut go_on)?;
    let all = source.contents(None, &mut go_on)?;
    ensure!(rows(&meant) > 0 && rows(&all) > rows(&meant), "some rows have to be copied, and some left out");
    let backup = shelf.take(source, Scope::Affected(tables.to_vec()))?;
    ensure!(!backup.manifest.is_whole());
    shelf.restore(target, &backup, None, None)?;
    ensure!(target.introspect()? == schema, "the schema that came out is another");
    let found = target.contents(None, &mut go_on)?;
    ensure!(target.contents(Some(tables), &mut go_on)? == meant, "they came out differently");
    ensure!(rows(&found) < rows(&all), "the other tables came out too");
    Ok(())
}
