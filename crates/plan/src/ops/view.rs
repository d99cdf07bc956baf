use std::collections::{BTreeMap, BTreeSet, HashMap};

use whimbrel_schema::{Object, ObjectName, Pair, View};

use super::alter_column::is_replaced;
use super::{Items, Planned, Setting, Way, enum_values};
use crate::order::Rank;
use crate::words::{Word, words};
use crate::{Change, CommentTarget, Step};

/// The views that exist on both sides and are dropped and made anew: because they change, because a column that they
/// read is dropped or changes its type under them, or because they read such a view.
pub(super) fn remade(setting: &Setting<'_>, changes: &[Change]) -> BTreeSet<ObjectName> {
    let mut remade = BTreeSet::new();
    for change in changes {
        if let Change::AlterObject { object } = change
            && let (Object::View(from), Object::View(to)) = (&object.from, &object.to)
        {
            let mut alike = from.clone();
            alike.options.clone_from(&to.options);
            if !crate::diff::same_view(Pair::new(&alike, to), setting.dialect) {
                remade.insert(to.name.clone());
            }
        }
    }
    let touched = if setting.dialect.views_bind_columns() { touched(setting, changes) } else { Touched::new() };
    if remade.is_empty() && touched.is_empty() {
        return remade;
    }
    let views: Vec<(&View, Vec<Word<'_>>)> = (setting.schemas.from.objects.values())
        .filter_map(|object| match object {
            Object::View(view) if view_of(setting, &view.name).is_some() => Some((view, words(view.query.text()))),
            _ => None,
        })
        .collect();
    for (view, words) in &views {
        if reads(words, &touched, setting) {
            remade.insert(view.name.clone());
        }
    }
    // Views on views, until nothing is added.
    let mut readers: BTreeMap<String, Vec<&ObjectName>> = BTreeMap::new();
    for (view, words) in &views {
        let names: BTreeSet<String> =
            words.iter().filter(|word| word.is_identifier()).map(|word| word.text.to_lowercase()).collect();
        for name in names {
            readers.entry(name).or_default().push(&view.name);
        }
    }
    let mut open: Vec<ObjectName> = remade.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for reader in readers.get(&name.name.to_lowercase()).into_iter().flatten() {
            if **reader != name && remade.insert((*reader).clone()) {
                open.push((*reader).clone());
            }
        }
    }
    remade
}

/// Tables with their columns that are dropped or change their type, by the tables' plain names in lower case.
type Touched<'a> = HashMap<String, Vec<(&'a ObjectName, BTreeSet<&'a str>)>>;

fn touched<'a>(setting: &Setting<'a>, changes: &'a [Change]) -> Touched<'a> {
    let mut touched: HashMap<&ObjectName, BTreeSet<&str>> = HashMap::new();
    for change in changes {
        match change {
            Change::DropColumn { table, column } => {
                touched.entry(table).or_default().insert(&column.name);
            }
            Change::AlterColumn { table, column } => {
                let same_type = setting.dialect.same_type(Pair::new(&column.from.ty, &column.to.ty));
                if !same_type || column.from.collation != column.to.collation || is_replaced(setting, column) {
                    touched.entry(table).or_default().insert(&column.from.name);
                }
            }
            Change::AlterObject { object } => {
                if let (Object::Enum(from), Object::Enum(to)) = (&object.from, &object.to)
                    && enum_values::is_swapped(setting, &Pair::new(from.clone(), to.clone()))
                {
                    for (table, column) in enum_values::users(setting.schemas.from, &from.name) {
                        touched.entry(table).or_default().insert(&column.name);
                    }
                }
            }
            _ => {}
        }
    }
    let mut by_name = Touched::new();
    for (table, columns) in touched {
        by_name.entry(table.name.to_lowercase()).or_default().push((table, columns));
    }
    by_name
}

fn reads(words: &[Word<'_>], touched: &Touched<'_>, setting: &Setting<'_>) -> bool {
    let engine = setting.dialect.engine();
    let named =
        words.iter().filter(|word| word.is_identifier()).filter_map(|word| touched.get(&word.text.to_lowercase()));
    named.flatten().any(|(table, columns)| {
        words.iter().any(|word| word.names(&table.name, engine))
            && words.iter().any(|word| word.is_symbol("*") || columns.iter().any(|column| word.names(column, engine)))
    })
}

fn view_of<'a>(setting: &Setting<'a>, name: &ObjectName) -> Option<&'a View> {
    [whimbrel_schema::ObjectKind::View, whimbrel_schema::ObjectKind::MaterializedView].into_iter().find_map(|kind| {
        match setting.schemas.to.object(&whimbrel_schema::ObjectId::new(kind, name.clone())) {
            Some(Object::View(view)) => Some(view),
            Some(_) | None => None,
        }
    })
}

/// Drops the views first of all and makes them anew at the end.
pub(super) fn remake(setting: &Setting<'_>, remade: &BTreeSet<ObjectName>, items: &mut Items) {
    for object in setting.schemas.from.objects.values() {
        let Object::View(from) = object else { continue };
        let Some(to) = view_of(setting, &from.name).filter(|_| remade.contains(&from.name)) else { continue };
        let drop = Step::DropObject { object: object.id(), if_exists: false, cascade: false };
        let drop = match setting.way {
            Way::Upgrade => Planned::from(drop).noted(format!(
                "`{}` is made anew below; whoever was granted something on it is not any more",
                from.name
            )),
            Way::Downgrade => drop.into(),
        };
        items.push(Rank::DropView, &from.name, vec![drop]);
        items.push(Rank::CreateView, &to.name, creation(to));
    }
}

/// The view with its indexes, triggers and comments.
pub(crate) fn creation(view: &View) -> Vec<Planned> {
    let object = Object::View(view.clone());
    let id = object.id();
    let mut bare = view.clone();
    bare.indexes.clear();
    bare.triggers.clear();
    bare.comment = None;
    let object = Box::new(Object::View(bare));
    let mut steps: Vec<Planned> = vec![Step::CreateObject { object, replace: false, if_not_exists: false }.into()];
    for index in &view.indexes {
        let (table, index) = (view.name.clone(), Box::new(index.clone()));
        steps.push(Step::CreateIndex { table, index, concurrently: false, if_not_exists: false }.into());
    }
    for index in view.indexes.iter().filter(|index| index.comment.is_some()) {
        let on = CommentTarget::Index(view.name.sibling(&index.name));
        steps.push(Step::SetComment { on, to: index.comment.clone() }.into());
    }
    for trigger in &view.triggers {
        let made = whimbrel_schema::Trigger { enabled: true, comment: None, ..trigger.clone() };
        steps.push(Step::CreateTrigger { table: view.name.clone(), trigger: Box::new(made) }.into());
    }
    steps.extend(view.comment.clone().map(|text| super::object::set_comment(&id, text)));
    steps
}
