use whimbrel_schema::{Check, Column, ColumnType, Expression, Generation, ObjectId, ObjectKind, ObjectName, Pair};

use super::add_column::{is_rowid, update};
use super::{Items, Planned, Setting, Way};
use crate::order::Rank;
use crate::{Amendment, Cast, Question, SequenceChange, Step};

pub(super) fn steps(setting: &Setting<'_>, table: &ObjectName, column: &Pair<Column>, items: &mut Items) {
    let Pair { from, to } = column;
    if is_replaced(setting, column) {
        replace(table, column, items);
        return;
    }
    if from.generation.is_some() && to.generation.is_none() {
        // Before what stands in the way of its type, and before the columns that it reads change theirs.
        let rank = if is_computed(from) { Rank::DropGeneratedColumn } else { Rank::AlterColumn };
        items.on(rank, table, set_generation(table, to, None));
    }
    let mut push = |step: Planned| items.on(Rank::AlterColumn, table, step);
    let retyped = !setting.dialect.same_type(Pair::new(&from.ty, &to.ty)) || from.collation != to.collation;
    let conversion = Conversion::of(setting, table, column);

    // What stands in the way of the type goes first: a default that cannot be converted.
    let default_goes_first = retyped && from.default.is_some() && (!conversion.is_plain() || to.default.is_none());
    if default_goes_first {
        push(set_default(table, to, None));
    }
    if retyped {
        push(conversion.step(table, to));
    }
    if let (true, Some(Generation::Serial { sequence }), Some(Generation::Serial { .. })) =
        (retyped, &from.generation, &to.generation)
    {
        push(widen(sequence, &to.ty));
    }
    let default_before = if default_goes_first { &None } else { &from.default };
    if *default_before != to.default && to.generation.is_none() {
        let same = match (default_before, &to.default) {
            (Some(from), Some(to)) => setting.dialect.same_expression(Pair::new(from, to)),
            (None, Some(_)) | (Some(_), None) | (None, None) => false,
        };
        if !same {
            push(set_default(table, to, to.default.clone()));
        }
    }
    if !to.nullable && from.nullable {
        require(setting, table, to, &mut push);
    }
    match (&from.generation, &to.generation) {
        (from, to) if from == to => {}
        (_, None) => {}
        (Some(Generation::Serial { sequence: old }), Some(Generation::Serial { sequence: new })) => {
            let object = ObjectId::new(ObjectKind::Sequence, old.clone());
            push(Step::RenameObject { object, to: new.clone() }.into());
        }
        (before, Some(generation)) => {
            if before.is_none() && from.default.is_some() && !default_goes_first {
                push(set_default(table, to, None));
            }
            push(set_generation(table, to, Some(generation.clone())));
        }
    }
    if to.nullable && !from.nullable {
        push(set_nullable(table, to, true));
    }
    if from.on_null != to.on_null && from.nullable == to.nullable {
        push(set_nullable(table, to, to.nullable));
    }
}

/// Whether the column can only be had by dropping it and making it anew: an ordinary column cannot be made a
/// generated one, and a generated one computes something else only anew. Its values are computed, so none are lost.
pub(super) fn is_replaced(setting: &Setting<'_>, column: &Pair<Column>) -> bool {
    match (&column.from.generation, &column.to.generation) {
        (Some(Generation::Stored(from)), Some(Generation::Stored(to)))
        | (Some(Generation::Virtual(from)), Some(Generation::Virtual(to))) => {
            let retyped = !setting.dialect.same_type(Pair::new(&column.from.ty, &column.to.ty));
            retyped || (from != to && !setting.dialect.same_expression(Pair::new(from, to)))
        }
        (Some(Generation::Virtual(_)), None) => true,
        (_, _) => is_computed(&column.to),
    }
}

/// Whether the engine computes the column's values from others.
pub(crate) fn is_computed(column: &Column) -> bool {
    matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)))
}

fn replace(table: &ObjectName, column: &Pair<Column>, items: &mut Items) {
    let drop =
        Step::DropColumn { table: table.clone(), column: column.from.name.clone(), if_exists: false, cascade: false };
    if is_computed(&column.from) {
        items.on(Rank::DropGeneratedColumn, table, drop);
    } else {
        let note = format!("the values of `{table}.{}` are lost; it is computed from now on", column.from.name);
        items.on(Rank::AlterColumn, table, Planned::from(drop).noted(note));
    }
    let add = Step::AddColumn {
        table: table.clone(),
        column: Box::new(column.to.clone()),
        constraints: Vec::new(),
        if_not_exists: false,
    };
    items.on(super::add_column::rank(&column.to), table, add);
}

/// How the values become values of the new type.
pub(super) struct Conversion {
    pub using: Option<Expression>,
    cast: Cast,
    question: Option<Question>,
    note: Option<String>,
}

impl Conversion {
    pub fn of(setting: &Setting<'_>, table: &ObjectName, column: &Pair<Column>) -> Self {
        let types = Pair::new(&column.from.ty, &column.to.ty);
        let name = &column.to.name;
        let cast = if setting.dialect.same_type(types) {
            Cast::Implicit
        } else {
            setting.dialect.cast(&column.from.name, types)
        };
        let plain = |using, cast| Conversion { using, cast, question: None, note: None };
        if let (Way::Upgrade, Some(using)) = (setting.way, setting.choices.using(table, name)) {
            return plain(Some(using.clone()), Cast::Using(using.clone()));
        }
        let types = types.map(Clone::clone);
        let (table, column) = (table.clone(), name.clone());
        let (using, question) = match &cast {
            Cast::Implicit => return plain(None, cast),
            Cast::Using(using) => return plain(Some(using.clone()), cast.clone()),
            Cast::Lossy(using) => (using.clone(), Question::LossyConversion { table, column, types }),
            Cast::Impossible => (None, Question::UnknownConversion { table, column, types }),
        };
        match setting.way {
            Way::Upgrade => Conversion { using, cast, question: Some(question), note: None },
            Way::Downgrade => {
                let note = "fails, or changes values, where they do not fit the old type".to_string();
                Conversion { using, cast, question: None, note: Some(note) }
            }
        }
    }

    /// Whether the engine converts by itself, and the default with it.
    fn is_plain(&self) -> bool {
        self.cast == Cast::Implicit
    }

    fn step(self, table: &ObjectName, to: &Column) -> Planned {
        let step = Step::SetColumnType {
            table: table.clone(),
            column: to.name.clone(),
            to: to.ty.clone(),
            collation: to.collation.clone(),
            using: self.using,
        };
        Planned { step, sql: None, note: self.note, questions: self.question.into_iter().collect(), alone: false }
    }
}

/// Rows without a value are filled only with what somebody chose; without a choice it is asked, because the engine
/// refuses while there is one.
fn require(setting: &Setting<'_>, table: &ObjectName, to: &Column, push: &mut impl FnMut(Planned)) {
    let step = set_nullable(table, to, false);
    match (setting.way, setting.given_for_null(table, &to.name)) {
        (Way::Upgrade | Way::Downgrade, Some(value)) => {
            update(setting, table, &to.name, value, true).into_iter().for_each(&mut *push);
            push(step);
        }
        (Way::Upgrade | Way::Downgrade, None) if never_null(setting, table, to) => push(step),
        (Way::Upgrade, None) => {
            let question = Question::NullsInColumn { table: table.clone(), column: to.name.clone() };
            push(step.asking(question));
        }
        (Way::Downgrade, None) => push(step.noted(format!("fails while a row holds NULL in `{table}.{}`", to.name))),
    }
}

/// Whether nothing can be NULL there even now: the engine counts, or a check has kept NULL out.
pub(crate) fn never_null(setting: &Setting<'_>, table: &ObjectName, column: &Column) -> bool {
    let wanted = Expression::new(format!("{} IS NOT NULL", setting.dialect.quote(&column.name)));
    let kept_out = |check: &Check| {
        check.validated && check.enforced && setting.dialect.same_expression(Pair::new(&check.expression, &wanted))
    };
    let counted = matches!(column.generation, Some(Generation::Identity(_) | Generation::Serial { .. }));
    let counted = counted || is_rowid(setting, table, column);
    let filled = setting.way == Way::Upgrade && setting.known.is_filled(table, &column.name);
    counted || filled || setting.schemas.from.table(table).is_some_and(|found| found.checks.iter().any(kept_out))
}

/// The sequence of a serial column does not follow its column's type: it would end where the old type ended.
fn widen(sequence: &ObjectName, ty: &ColumnType) -> Planned {
    let amendment = Amendment::Sequence {
        name: sequence.clone(),
        ty: Some(ty.clone()),
        numbers: SequenceChange::default(),
        owned_by: None,
    };
    Step::Amend(Box::new(amendment)).into()
}

fn set_default(table: &ObjectName, column: &Column, to: Option<Expression>) -> Planned {
    Step::SetDefault { table: table.clone(), column: column.name.clone(), to }.into()
}

fn set_generation(table: &ObjectName, column: &Column, to: Option<Generation>) -> Planned {
    Step::SetGeneration { table: table.clone(), column: column.name.clone(), to }.into()
}

fn set_nullable(table: &ObjectName, column: &Column, nullable: bool) -> Planned {
    Step::SetNullable { table: table.clone(), column: column.name.clone(), nullable }.into()
}
