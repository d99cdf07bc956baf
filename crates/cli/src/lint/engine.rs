use whimbrel_frontends::scripts;
use whimbrel_schema::Engine;

use super::inputs::Input;
use crate::args::Lint;
use crate::failure::Failure;
use crate::project::Project;

/// The engines that the SQL is judged for: what was said, most directly first; else what the text shows for certain.
pub fn decide(arguments: &Lint, inputs: &[Input], project: &Project) -> Result<Vec<Engine>, Failure> {
    if let Some(engine) = arguments.engine.or(project.settings.lint().engine) {
        return Ok(vec![engine]);
    }
    let named = project.settings.named_engines();
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    if let Some(environment) = project.settings.database_to_look_at()? {
        return Ok(vec![environment.url.engine()]);
    }
    let files = inputs.iter().flat_map(|input| &input.files).map(|taken| &taken.file);
    match scripts::recognise_engine(files) {
        Some(engine) => Ok(vec![engine]),
        None => Err(undecided(arguments, project)),
    }
}

fn undecided(arguments: &Lint, project: &Project) -> Failure {
    let paths: Vec<String> = arguments.paths.iter().map(|path| project.settings.shown(path)).collect();
    let command = |engine: &str| format!("whimbrel lint {} --engine {engine}", paths.join(" ")).replace("  ", " ");
    Failure::usage("engine", "which engine the SQL is for cannot be seen from it")
        .note(
            "looked at",
            "--engine, `[lint]` and `[migrations]` in whimbrel.toml, --url, DATABASE_URL, the SQL itself",
        )
        .next(command("postgres"))
        .next(command("sqlite"))
        .next(command("mysql"))
}
