use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What running a command cost: the median over several runs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub median: Duration,
    /// The highest resident set of the first run, in bytes.
    pub peak: u64,
}

/// A command that is run over and over; `files` made in the folder are removed after each run, outside the clock.
pub struct Task<'a> {
    pub program: &'a Path,
    pub arguments: &'a [&'a str],
    pub folder: &'a Path,
    pub makes_files_in: Option<PathBuf>,
    pub expected_status: i32,
    pub before: Option<&'a dyn Fn() -> Result<()>>,
}

impl Task<'_> {
    /// So many times, after a first run that warms the caches for everybody and tells the memory.
    pub fn cost(&self, runs: usize) -> Result<Cost> {
        let peak = self.once(true)?.1;
        let mut durations = (0..runs).map(|_| Ok(self.once(false)?.0)).collect::<Result<Vec<_>>>()?;
        durations.sort();
        let median = *durations.get(durations.len() / 2).context("a command that was never measured")?;
        Ok(Cost { median, peak })
    }

    /// Once, for what it leaves behind.
    pub fn done(&self) -> Result<()> {
        self.once(false).map(drop)
    }

    /// How long it took; with `weighed` also the memory, which takes GNU time a while of its own to find out.
    fn once(&self, weighed: bool) -> Result<(Duration, u64)> {
        if let Some(before) = self.before {
            before()?;
        }
        let there = self.files()?;
        let report = tempfile::NamedTempFile::new()?;
        let mut command = Command::new(if weighed { Path::new("/usr/bin/time") } else { self.program });
        if weighed {
            command.args(["-q", "-f", "%M", "-o"]).arg(report.path()).arg(self.program);
        }
        command.args(self.arguments);
        command.current_dir(self.folder).env("PYTHONDONTWRITEBYTECODE", "").env("CI", "true").stdin(Stdio::null());
        let begun = Instant::now();
        let output = command.output().context("running a command (GNU time: apt-get install time)")?;
        let took = begun.elapsed();
        if output.status.code() != Some(self.expected_status) {
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text).into_owned();
            let tail: Vec<&str> = text.lines().rev().take(30).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            bail!("{} {:?} ended with {}:\n{}", self.program.display(), self.arguments, output.status, tail.join("\n"));
        }
        for file in self.files()?.difference(&there) {
            fs::remove_file(file)?;
        }
        if !weighed {
            return Ok((took, 0));
        }
        let memory = fs::read_to_string(report.path())?;
        let kilobytes: u64 =
            memory.trim().lines().last().unwrap_or_default().trim().parse().context("GNU time's %M")?;
        Ok((took, kilobytes * 1024))
    }

    fn files(&self) -> Result<BTreeSet<PathBuf>> {
        let Some(folder) = &self.makes_files_in else { return Ok(BTreeSet::new()) };
        let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<BTreeSet<_>>>()?;
        Ok(files.into_iter().filter(|path| path.is_file()).collect())
    }
}
