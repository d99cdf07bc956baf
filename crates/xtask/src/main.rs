//! `cargo xtask …`: what the workspace needs beside cargo. One file per command.

mod backfill;
mod bench;
mod beside;
mod chromium;
mod client;
mod corpora;
mod crash;
mod engines;
mod hosts;
mod laws;
mod linters;
mod live_load;
mod mariadb;
mod package;
mod process;
mod python;
mod surface;
mod test;
mod tidy;

use std::process::ExitCode;

struct Command {
    name: &'static str,
    /// Arguments and meaning, one line, for the list that a bare `cargo xtask` prints.
    usage: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "engines",
        usage: "[--postgres 13,15,18] [--all] [--mariadb]   install the database servers that the tests need and that are missing",
        run: engines::run,
    },
    Command {
        name: "python",
        usage: "   install SQLModel, SQLAlchemy, Alembic and the packages that the tests import, pinned, into .engines",
        run: python::run,
    },
    Command {
        name: "corpora",
        usage: "   download the packages whose models the tests read, pinned, into .engines",
        run: corpora::run,
    },
    Command {
        name: "test",
        usage: "[--full]   install what is missing, then format, lints, tidy, build and all tests: what CI runs",
        run: test::run,
    },
    Command {
        name: "laws",
        usage: "[--cases 5000] [--postgres 13,18]   hold the laws over many random cases",
        run: laws::run,
    },
    Command {
        name: "crash",
        usage: "[--kills 1000] [--seed S] [--trial N] [--only NAME] [--engine sqlite|postgres] [--postgres 13,18]   hold law 4",
        run: crash::run,
    },
    Command {
        name: "live-load",
        usage: "[--rows 20000] [--dwell 500] [--applications 2] [--seed S] [--only NAME] [--engine sqlite|postgres] [--postgres 13,18]   old and new code through whole evolutions",
        run: live_load::run,
    },
    Command { name: "hosts", usage: "   compile whimbrel beside every library that brings a SQLite", run: hosts::run },
    Command {
        name: "backfill",
        usage: "[--kills 20] [--postgres 13,15,18]   run backfills at length, on each version, killed again and again",
        run: backfill::run,
    },
    Command {
        name: "bench",
        usage: "[--tables 10,100,1000] [--linear-to 10000] [--chain 500] [--write]   whimbrel beside Alembic",
        run: bench::run,
    },
    Command {
        name: "bench review",
        usage: "[--each]   whimbrel's findings beside those of squawk and eugene, against what PostgreSQL did",
        run: bench::review,
    },
    Command {
        name: "bench guard",
        usage: "   how long others wait for an ADD COLUMN behind a long reader, guarded and not",
        run: bench::guard,
    },
    Command {
        name: "bench refs",
        usage: "   how fast what code names is found in a large tree, beside ripgrep -w",
        run: bench::refs,
    },
    Command {
        name: "bench backfill",
        usage: "[--rows 2000000]   updates in batches beside one UPDATE, while others write",
        run: bench::backfill,
    },
    Command {
        name: "bench backup",
        usage: "[--rows 3000000] [--rounds 3]   a backup that is proved, beside pg_dump -Fd -j2 and pg_restore -j2",
        run: bench::backup,
    },
    Command {
        name: "bench pipeline",
        usage: "[--megabytes 1024]   backup, rehearsal and upgrade, stage by stage, and what rehearsing costs beyond running",
        run: bench::pipeline,
    },
    Command {
        name: "package",
        usage: "[--publish-dry-run]   hold what is shipped to what a registry takes; with the flag, build each crate from its package",
        run: package::run,
    },
    Command {
        name: "beside",
        usage: "   compile the derives beside those of sqlx, diesel and serde, with the crates whose types they name",
        run: beside::run,
    },
    Command {
        name: "surface",
        usage: "[--write]   hold what the crate `whimbrel` offers programs to what is written of it",
        run: surface::run,
    },
    Command { name: "tidy", usage: "   hold the repository against the rules of the house", run: tidy::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        return usage("which command?");
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return usage(&format!("there is no command `{name}`"));
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("{problem}\n");
    for command in COMMANDS {
        eprintln!("  cargo xtask {} {}", command.name, command.usage);
    }
    ExitCode::from(2)
}
