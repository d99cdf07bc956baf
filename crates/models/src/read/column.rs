//! One field of a struct.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Field, Type};
use whimbrel_schema::{Engine, Match, Notes};

use super::argument::{Argument, Given};
use super::arguments::{Arguments, comment};
use super::field_type::{FieldType, advice};
use super::problem::{Kind, Problem, Problems};
use super::renamed::Names;
use super::{key, literal};
use crate::types::{missing, words};
use crate::{
    ByEngine, CheckModel, ColumnModel, ComputedModel, ENGINES, ForeignKeyModel, IdentityModel, SequenceNumbers, Sql,
    TypeModel, TypeOptions,
};

const ONCE: &[&str] = &[
    "autoincrement",
    "collation",
    "comment",
    "default",
    "default_sql",
    "deferrable",
    "foreign_key",
    "foreign_key_name",
    "generated",
    "identity",
    "index",
    "max_length",
    "name",
    "on_delete",
    "on_update",
    "precision",
    "primary_key",
    "renamed_from",
    "scale",
    "skip",
    "type",
    "unique",
    "virtual",
];

/// A field, with what it brings to its table beside the column.
#[derive(Debug, Clone)]
pub struct ColumnRead {
    pub field: String,
    pub model: ColumnModel,
    /// The type has to be asked what it is.
    pub asks: Option<Asked>,
    /// `Some(None)` for one whose name is made.
    pub index: Option<Option<String>>,
    pub unique: Option<Option<String>>,
    pub checks: Vec<CheckModel>,
    pub foreign_key: Option<(ForeignKeyModel, Span)>,
    /// Whether somebody said that the engine counts it up, or does not.
    pub counts: Option<bool>,
    pub span: Span,
}

/// A field's type that is, or may be, the project's own.
#[derive(Debug, Clone)]
pub struct Asked {
    pub ty: Type,
    /// What its name stands for when it is not the project's own.
    pub otherwise: Option<ByEngine<TypeModel>>,
    pub options: TypeOptions,
}

/// `None` for a field that is no column.
pub fn column(field: &Field, names: &Names, problems: &Problems) -> Option<ColumnRead> {
    let ident = field.ident.as_ref()?;
    let arguments = Arguments::of_attributes(&field.attrs, "column", problems);
    arguments.know(ONCE, &["check"]);
    if arguments.flag("skip") {
        if let Some(other) = arguments.items.iter().find(|item| item.word() != "skip") {
            problems.attribute(other, "a field that is skipped is no column, so this means nothing");
        }
        return None;
    }
    let field_name = ident.unraw().to_string();
    let name = names.name(arguments.text("name"), &field_name, &field.attrs);
    let ty = FieldType::of(&field.ty);
    let (model_type, asks) = column_type(&ty, &arguments, &name, problems);
    let mut model = ColumnModel {
        name,
        ty: model_type,
        nullable: ty.nullable,
        primary_key: arguments.flag("primary_key"),
        autoincrement: false,
        default: default(&arguments),
        computed: arguments.sql("generated").map(|sql| ComputedModel {
            sql,
            // Every engine knows the kind that is kept; PostgreSQL before 18 knows no other.
            persisted: Some(!arguments.flag("virtual")),
        }),
        identity: arguments.get("identity").map(|item| Box::new(identity(item, problems))),
        comment: comment(&arguments, &field.attrs),
        client_default: Sql::default(),
        notes: Notes { renamed_from: arguments.text("renamed_from"), ..Notes::default() },
    };
    if model.primary_key {
        model.nullable = false;
    }
    contradictions(&arguments, problems);
    let foreign_key = foreign_key(&arguments, &model.name);
    let named = |name: &str| {
        arguments.get(name).and_then(|item| match item.value {
            Given::Flag => Some(None),
            Given::Literal { literal: syn::Lit::Bool(ref truth), .. } => truth.value.then_some(None),
            Given::Literal { .. } | Given::List(_) => arguments.text(name).map(Some),
        })
    };
    Some(ColumnRead {
        field: field_name,
        asks,
        index: named("index"),
        unique: named("unique"),
        checks: arguments.all("check").filter_map(|item| key::check(item, problems)).collect(),
        foreign_key,
        counts: arguments.said("autoincrement"),
        span: ident.span(),
        model,
    })
}

/// What one argument says against another.
fn contradictions(arguments: &Arguments<'_>, problems: &Problems) {
    let refuse = |name: &str, why: &str| {
        if let Some(item) = arguments.get(name) {
            problems.attribute(&item.name, why.to_owned());
        }
    };
    let has = |name: &str| arguments.get(name).is_some();
    if has("default") && has("default_sql") {
        refuse("default_sql", "a column has one default: `default` or `default_sql`");
    }
    if has("generated") {
        for name in ["default", "default_sql", "identity"] {
            refuse(name, "a generated column takes its value from its expression alone");
        }
    } else {
        refuse("virtual", "only a generated column is virtual: `generated = \"…\"`");
    }
    if has("identity") {
        for name in ["default", "default_sql"] {
            refuse(name, "an identity column takes its value from its sequence");
        }
    }
    if !has("foreign_key") {
        for name in ["on_delete", "on_update", "deferrable", "foreign_key_name"] {
            refuse(name, "it says something about a foreign key, and there is none: `foreign_key = \"table.column\"`");
        }
    }
    if let Some(item) = arguments.get("unique").filter(|item| has("index") && item.string().is_some()) {
        problems.attribute(item, "with `index` it is one unique index, which has its name from there: `index = \"…\"`");
    }
    if has("scale") && !has("precision") {
        refuse("scale", "a scale needs a precision: `precision = …`");
    }
}

fn column_type(
    ty: &FieldType<'_>,
    arguments: &Arguments<'_>,
    name: &str,
    problems: &Problems,
) -> (ByEngine<TypeModel>, Option<Asked>) {
    let options = TypeOptions {
        given: arguments.sql("type").unwrap_or_default(),
        collation: arguments.sql("collation").unwrap_or_default(),
        dimensions: ty.dimensions,
    };
    let wants_size = ["max_length", "precision"].into_iter().find_map(|name| arguments.get(name));
    let all_given = ENGINES.iter().all(|engine| options.given.get(*engine).is_some_and(Option::is_some));
    if let (true, Some(item)) = (all_given, wants_size) {
        problems.attribute(item, "the type is given as SQL, and says its own size");
    }
    if all_given {
        return (options.of(&ByEngine::default()), None);
    }
    let known = match (&ty.known, wants_size) {
        (Some(known), None) => Some(known.clone()),
        (Some(known), Some(item)) => Some(sized(known, arguments, item, problems)),
        (None, None) => None,
        (None, Some(item)) => {
            problems
                .attribute(item, "what this type stores is said by the type itself; give it as SQL: `type = \"…\"`");
            None
        }
    };
    if ty.may_be_own && wants_size.is_none() && super::field_type::last_segment(ty.core).is_some() {
        let asked = Asked { ty: ty.core.clone(), otherwise: known.clone(), options: options.clone() };
        return (options.of(&known.unwrap_or_default()), Some(asked));
    }
    let Some(known) = known else {
        let message = "no column type is known for this type";
        let problem = Problem::new(Kind::NoColumnType, ty.core, message).of_column(name);
        problems.tell(problem.with_help(advice(ty.core)));
        return (options.of(&ByEngine::default()), None);
    };
    let model = options.of(&known);
    for engine in missing(&model) {
        problems.tell(not_on_engine(ty.core, engine).of_column(name));
    }
    (model, None)
}

/// That the type is there on the other engine only.
pub fn not_on_engine(ty: &Type, engine: Engine) -> Problem {
    let word = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    };
    Problem::new(Kind::TypeNotOnEngine, ty, format!("{} has no column type for this type", engine.title()))
        .with_help(format!("say what stores it there: `#[column(type({word} = \"…\"))]`"))
        .on(engine)
}

/// The type with a length, or with digits.
fn sized(
    known: &ByEngine<TypeModel>,
    arguments: &Arguments<'_>,
    item: &Argument,
    problems: &Problems,
) -> ByEngine<TypeModel> {
    let with = |size: String| {
        ByEngine::each(|engine| match known.get(engine) {
            Some(ty) => words(&format!("{}({size})", ty.sql)),
            None => TypeModel::default(),
        })
    };
    let word = item.word();
    match (known.postgres.sql.as_str(), word.as_str()) {
        ("VARCHAR", "max_length") => match arguments.number::<u32>("max_length") {
            Some(length) if length > 0 => with(length.to_string()),
            Some(_) => {
                problems.attribute(item, "a text has room for one character at least");
                known.clone()
            }
            None => known.clone(),
        },
        ("NUMERIC", "precision") => {
            let precision = arguments.number::<u32>("precision");
            let scale = arguments.number::<i32>("scale");
            match (precision, scale) {
                (Some(precision), Some(scale)) => with(format!("{precision}, {scale}")),
                (Some(precision), None) => with(precision.to_string()),
                (None, _) => known.clone(),
            }
        }
        (_, "max_length") => {
            problems.attribute(item, "only a text has a length");
            known.clone()
        }
        _ => {
            problems.attribute(item, "only a decimal number has a precision");
            known.clone()
        }
    }
}

fn default(arguments: &Arguments<'_>) -> Sql {
    match arguments.get("default") {
        Some(item) => literal::default(item, arguments.problems),
        None => arguments.sql("default_sql").unwrap_or_default(),
    }
}

/// `identity`, `identity = "always"`, `identity(always, start = 10, increment = 5)`.
fn identity(item: &Argument, problems: &Problems) -> IdentityModel {
    match (&item.value, item.string()) {
        (Given::Flag, _) => IdentityModel::default(),
        (_, Some(text)) => match text.value().as_str() {
            "always" => IdentityModel { always: true, ..IdentityModel::default() },
            "by default" | "by_default" => IdentityModel::default(),
            _ => {
                problems.attribute(text, "an identity is `always` or `by_default`");
                IdentityModel::default()
            }
        },
        (Given::List(_), None) => {
            let within = Arguments::within(item, problems);
            within.know(&["always", "start", "increment", "minimum", "maximum", "cache", "cycle"], &[]);
            let numbers = SequenceNumbers {
                start: within.number("start"),
                increment: within.number("increment"),
                minimum: within.number("minimum"),
                maximum: within.number("maximum"),
                cache: within.number("cache"),
                cycle: within.said("cycle"),
            };
            IdentityModel { always: within.flag("always"), numbers }
        }
        (Given::Literal { .. }, None) => {
            problems.attribute(item, "an identity is `always` or `by_default`");
            IdentityModel::default()
        }
    }
}

/// `foreign_key = "user.id"`, `"schema.user.id"`, with what is said about it beside.
fn foreign_key(arguments: &Arguments<'_>, column: &str) -> Option<(ForeignKeyModel, Span)> {
    let target = arguments.text("foreign_key")?;
    let span = arguments.get("foreign_key").and_then(Argument::string)?.span();
    let parts: Vec<&str> = target.split('.').collect();
    let (namespace, table, referenced) = match parts.as_slice() {
        [table, column] => (None, *table, *column),
        [namespace, table, column] => (Some((*namespace).to_owned()), *table, *column),
        _ => {
            let item = arguments.get("foreign_key");
            arguments.problems.attribute(item, "a foreign key names a table and a column: `\"user.id\"`");
            return None;
        }
    };
    let model = ForeignKeyModel {
        name: key::named(arguments.text("foreign_key_name")),
        columns: vec![column.to_owned()],
        namespace,
        table: table.to_owned(),
        referenced_columns: vec![referenced.to_owned()],
        on_delete: key::action(arguments, "on_delete"),
        on_update: key::action(arguments, "on_update"),
        set_columns: Vec::new(),
        matching: Match::Simple,
        deferrable: key::deferrable(arguments),
        not_valid: false,
        comment: None,
    };
    Some((model, span))
}
