//! The order in which an engine takes the steps: what others need comes first, what others needed goes last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use whimbrel_schema::{Object, ObjectName, Pair, Schema, Table};

use crate::Step;
use crate::ops::{Item, Setting};
use crate::words::words;

/// The place of a step among all others, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Rename,
    DropTrigger,
    DropView,
    Namespace,
    Extension,
    Type,
    Sequence,
    RoutineForTables,
    DropForeignKey,
    DropIndex,
    DropConstraint,
    /// Before the columns that they read go or change their types.
    DropGeneratedColumn,
    /// Tables that go and whose names, or whose indexes' names, are taken again.
    FreeName,
    SwapType,
    CreateTable,
    AddColumn,
    AlterColumn,
    /// When the columns that they read are as they shall be.
    AddGeneratedColumn,
    DropColumn,
    TableOptions,
    RenameWithin,
    AddKey,
    CreateIndex,
    AddCheck,
    AddForeignKey,
    OwnedSequence,
    Routine,
    CreateView,
    RoutineForViews,
    CreateTrigger,
    Comment,
    DropTable,
    DropRoutine,
    DropSequence,
    DropType,
    DropExtension,
    DropNamespace,
}

/// By rank; within a rank tables and views by what they need, and everything else as it came. Tables have their places in
/// an order of creation, those that go and those that come.
pub(crate) fn sort(setting: &Setting<'_>, items: Vec<Item>, places: Pair<&Places>) -> Vec<Item> {
    let mut by_rank: BTreeMap<Rank, Vec<Item>> = BTreeMap::new();
    for item in items {
        by_rank.entry(item.rank).or_default().push(item);
    }
    let mut sorted = Vec::new();
    for (rank, items) in by_rank {
        sorted.extend(match rank {
            Rank::CreateTable => first_made_first(items, places.to),
            // The exact reverse: the foreign keys that stand against it have been dropped before.
            Rank::DropTable | Rank::FreeName => reversed(first_made_first(items, places.from)),
            Rank::CreateView => by_need(items, &readings(setting.schemas.to)),
            Rank::DropView => reversed(by_need(reversed(items), &readings(setting.schemas.from))),
            Rank::Type => by_need(items, &types(setting.schemas.to)),
            Rank::DropType => reversed(by_need(reversed(items), &types(setting.schemas.from))),
            _ => items,
        });
    }
    sorted
}

fn reversed<T>(mut list: Vec<T>) -> Vec<T> {
    list.reverse();
    list
}

fn first_made_first(mut items: Vec<Item>, places: &Places) -> Vec<Item> {
    items.sort_by_key(|item| places.get(&item.subject));
    items
}

/// Tables with their places in an order of creation.
pub(crate) type Places = HashMap<ObjectName, usize>;

type Needs = HashMap<ObjectName, Vec<ObjectName>>;

/// What a table needs: the tables it references, its parents.
fn needs_of(table: &Table) -> Vec<ObjectName> {
    let keys = table.foreign_keys.iter().map(|key| &key.references);
    let parents = table.options.inherits.iter().chain(table.options.partition_of.iter().map(|it| &it.parent));
    keys.chain(parents).filter(|other| **other != table.name).cloned().collect()
}

/// What each view reads, as far as it is a view too.
fn readings(schema: &Schema) -> Needs {
    let mut by_word: HashMap<String, Vec<&ObjectName>> = HashMap::new();
    let views: Vec<_> = (schema.objects.values())
        .filter_map(|object| match object {
            Object::View(view) => Some(view),
            _ => None,
        })
        .collect();
    for view in &views {
        by_word.entry(view.name.name.to_lowercase()).or_default().push(&view.name);
    }
    let mut needs = Needs::new();
    for view in &views {
        let mentioned: BTreeSet<ObjectName> = (words(view.query.text()).iter())
            .filter(|word| word.is_identifier())
            .filter_map(|word| by_word.get(&word.text.to_lowercase()))
            .flatten()
            .filter(|name| ***name != view.name)
            .map(|name| (*name).clone())
            .collect();
        needs.insert(view.name.clone(), mentioned.into_iter().collect());
    }
    needs
}

/// What each domain rests on.
fn types(schema: &Schema) -> Needs {
    (schema.objects.values())
        .filter_map(|object| match object {
            Object::Domain(domain) => {
                let base = ObjectName { namespace: domain.base.namespace.clone(), name: domain.base.name.clone() };
                Some((domain.name.clone(), vec![base]))
            }
            _ => None,
        })
        .collect()
}

/// Needed ones first, otherwise as they came. In a circle somebody has to be first: the one that came first.
fn by_need(items: Vec<Item>, needs: &Needs) -> Vec<Item> {
    let mut place: HashMap<ObjectName, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        place.entry(item.subject.clone()).or_default().push(at);
    }
    let mut state = vec![Visit::Not; items.len()];
    let mut order = Vec::with_capacity(items.len());
    for start in 0..items.len() {
        // Depth first, without recursion: chains can be thousands long.
        let mut stack = vec![(start, false)];
        while let Some((at, done)) = stack.pop() {
            match (state.get(at).copied(), done) {
                (Some(Visit::Open), true) => {
                    if let Some(slot) = state.get_mut(at) {
                        *slot = Visit::Done;
                    }
                    order.push(at);
                }
                (Some(Visit::Not), false) => {
                    if let Some(slot) = state.get_mut(at) {
                        *slot = Visit::Open;
                    }
                    stack.push((at, true));
                    let needed = items.get(at).and_then(|item| needs.get(&item.subject));
                    let needed = needed.into_iter().flatten().filter_map(|name| place.get(name)).flatten();
                    let mut next: Vec<usize> = needed.copied().filter(|other| *other != at).collect();
                    next.sort_unstable_by(|a, b| b.cmp(a));
                    stack.extend(next.into_iter().map(|other| (other, false)));
                }
                _ => {}
            }
        }
    }
    let mut slots: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// For each of these tables, the place at which it is created; foreign keys to later ones are added afterwards.
pub(crate) fn creation_places(schema: &Schema, tables: &BTreeSet<&ObjectName>) -> Places {
    let items = (tables.iter())
        .map(|name| Item {
            rank: Rank::CreateTable,
            subject: (*name).clone(),
            on: None,
            steps: vec![Step::Inert { what: String::new() }.into()],
        })
        .collect();
    let needs = (tables.iter())
        .filter_map(|name| schema.table(name))
        .map(|table| (table.name.clone(), needs_of(table)))
        .collect();
    by_need(items, &needs).into_iter().enumerate().map(|(at, item)| (item.subject, at)).collect()
}
