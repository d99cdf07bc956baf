use std::fmt;

use whimbrel_frontends::scripts::judge_revisions;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::review::{Config, Reviewed, Severity};
use whimbrel_plan::revision::Revision;
use whimbrel_run::guard::Timeouts;
use whimbrel_run::{Driver, ledger};

use super::{Error, Options};

/// What there is to say about the revisions that an upgrade would apply.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Review {
    /// Every finding that nobody has accepted in the file, in the order in which the revisions would run.
    pub findings: Vec<Finding>,
    /// What the files ask, and nobody has answered.
    pub questions: Vec<String>,
}

/// One finding of a rule.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    pub revision: String,
    pub file: String,
    /// One-based.
    pub line: usize,
    pub rule: &'static str,
    pub severity: Severity,
    pub message: String,
    /// What is known of the live database.
    pub here: Option<String>,
    pub safe_way: String,
}

impl Review {
    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    pub(super) fn of(
        driver: &mut dyn Driver,
        history: &History,
        target: &Target,
        options: &Options,
    ) -> Result<Review, Error> {
        let ledger = ledger::read(driver).map_err(|error| Error::ledger(&error))?;
        let pending = history.upgrade_path(&ledger.applied_ids(), target).map_err(|error| Error::target(&error))?;
        let engine = driver.dialect().engine();
        let mut review = Review { findings: Vec::new(), questions: Vec::new() };
        for (revision, file) in pending.iter().zip(judged(driver, &pending, options.timeouts)?) {
            review.questions.extend(revision.questions(engine));
            review.findings.extend(file.findings().into_iter().map(|finding| {
                let before = file.script.text.get(..finding.span.start).unwrap_or_default();
                Finding {
                    revision: revision.id.to_string(),
                    file: file.script.file.display().to_string(),
                    line: before.matches('\n').count() + 1,
                    rule: finding.rule,
                    severity: finding.severity,
                    message: finding.message.clone(),
                    here: finding.here.clone(),
                    safe_way: finding.safe_way.clone(),
                }
            }));
        }
        Ok(review)
    }
}

/// The revisions, judged on the database that they are pending on.
pub(super) fn judged(
    driver: &mut dyn Driver,
    pending: &[&Revision],
    timeouts: Timeouts,
) -> Result<Vec<Reviewed>, Error> {
    let failed = |error| Error::database(&error);
    let dialect = driver.dialect();
    let facts = driver.facts().map_err(failed)?;
    // They are applied one after the other, and nobody uses meanwhile what the first of them makes.
    let mut config = Config { together: true, from_empty: true, ..Config::default() };
    config.run_by(dialect);
    config.guarded = timeouts.guarded(dialect.engine());
    config.sharpen(&facts);
    let before = driver.introspect().map_err(failed)?;
    judge_revisions(pending, before, dialect, &config).map_err(|error| Error::statements(&error))
}

/// `care[index-blocks-writes] migrations/4f1c.sql:9: creating index …`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { severity, rule, file, line, message, .. } = self;
        write!(f, "{severity}[{rule}] {file}:{line}: {message}")
    }
}
