use std::path::Path;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    Sql,
    /// Text with code between marks.
    Template,
    Code(Family),
    /// Configuration, fixtures: a word may be anything.
    Data,
    /// People read it, nothing runs.
    Prose,
}

/// How comments and texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `//`, `/* */`, and texts in three kinds of quotes.
    Slashes,
    /// As `Slashes`, but a single quote is no text: Rust's lifetimes.
    Rust,
    /// `#`.
    Hash,
    /// Both: PHP.
    Both,
}

impl Language {
    pub fn of(path: &str) -> Self {
        // Laravel's templates end in `.blade.php`.
        if path.ends_with(".blade.php") {
            return Language::Template;
        }
        let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "py" | "pyi" | "pyw" => Language::Python,
            "sql" | "ddl" | "psql" | "pgsql" => Language::Sql,
            "html" | "htm" | "heex" | "eex" | "leex" | "jinja" | "jinja2" | "j2" | "erb" | "ejs" | "hbs"
            | "mustache" | "liquid" | "twig" | "tmpl" | "gotmpl" | "vue" | "svelte" | "haml" | "slim" | "mako"
            | "cshtml" | "jsp" => Language::Template,
            "rs" => Language::Code(Family::Rust),
            "rb" | "rake" | "sh" | "bash" | "zsh" | "pl" | "pm" | "ex" | "exs" | "r" | "jl" | "graphql" | "gql" => {
                Language::Code(Family::Hash)
            }
            "php" => Language::Code(Family::Both),
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "tsx" | "mts" | "cts" | "go" | "java" | "kt" | "kts" | "scala"
            | "groovy" | "cs" | "fs" | "swift" | "dart" | "c" | "h" | "cc" | "cpp" | "hpp" | "prisma" | "proto"
            | "clj" | "lua" | "zig" | "hs" | "ml" => Language::Code(Family::Slashes),
            "md" | "rst" | "txt" | "adoc" | "org" | "tex" => Language::Prose,
            _ => Language::Data,
        }
    }
}

/// Whether a file of Python is a migration of another tool.
pub(super) fn is_migration(language: Language, text: &str) -> bool {
    let has = |line: &str| text.lines().any(|it| it.starts_with(line));
    language == Language::Python && (has("down_revision") || has("class Migration(migrations.Migration"))
}
