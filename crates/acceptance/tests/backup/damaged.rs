use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::backup::{Shelf, cases, damaged_is_refused, go_on};
use whimbrel_acceptance::database::SQLITE;
use whimbrel_run::backup::{self, Backup, Scope, Standing};
use whimbrel_schema::Engine;

const SEED: u64 = 20_261_123;

#[test]
fn a_backup_that_is_not_what_was_made_is_refused_every_time() -> Result<()> {
    let shelf = Shelf::new()?;
    let mut source = SQLITE.database()?;
    let case = cases(Engine::Sqlite)?.into_iter().find(|case| case.name == "tables").context("no such case")?;
    source.driver.execute_script(&case.script)?;
    let first = shelf.take(source.driver.as_mut(), Scope::Full)?;
    source.driver.execute("DELETE FROM child")?;
    let second = shelf.take(source.driver.as_mut(), Scope::Full)?;
    let damages = damaged_is_refused(&shelf, &first, &second, SQLITE.database()?.driver.as_mut(), SEED)?;
    ensure!(damages >= 60, "only {damages} damages");
    // And the one that was left alone comes out.
    shelf.restore(SQLITE.database()?.driver.as_mut(), &second, None, None)?;
    Ok(())
}

#[test]
fn a_proof_that_was_changed_proves_nothing() -> Result<()> {
    let shelf = Shelf::new()?;
    let mut source = SQLITE.database()?;
    source.driver.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES (1)")?;
    let (first, second) =
        (shelf.take(source.driver.as_mut(), Scope::Full)?, shelf.take(source.driver.as_mut(), Scope::Full)?);
    shelf.restore(SQLITE.database()?.driver.as_mut(), &first, None, None)?;
    assert!(first.standing().is_proved());
    // Another backup's proof, with its hash.
    for name in ["proof.json", "proof.json.sha256"] {
        std::fs::copy(first.path.join(name), second.path.join(name))?;
    }
    assert!(matches!(second.standing(), Standing::Doubtful(why) if why.contains("another backup")));
    let file = first.path.join("proof.json");
    let original = std::fs::read(&file)?;
    for at in 0..original.len() {
        let mut flipped = original.clone();
        flipped[at] ^= 1;
        std::fs::write(&file, &flipped)?;
        assert!(matches!(first.standing(), Standing::Doubtful(_)), "byte {at}");
    }
    std::fs::write(&file, &original)?;
    assert!(first.standing().is_proved());
    Ok(())
}

#[test]
fn a_manifest_leads_nowhere_else() -> Result<()> {
    let shelf = Shelf::new()?;
    let mut source = SQLITE.database()?;
    source.driver.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES (1)")?;
    let made = shelf.take(source.driver.as_mut(), Scope::Full)?;
    let secret = shelf.path().join("secret");
    std::fs::write(&secret, "what is outside")?;
    for path in ["../../secret", secret.to_str().context("odd path")?] {
        let mut backup = Backup::open(&made.path).map_err(|fault| anyhow::anyhow!("{fault}"))?;
        backup.manifest.files[0].path = path.to_owned();
        let faults = backup::verify(&backup, &mut go_on)?;
        assert!(faults.iter().any(|fault| fault.to_string().ends_with("is outside of it")), "{faults:?}");
    }
    Ok(())
}
