use std::marker::PhantomData;

use crate::{ByEngine, TableModel, TypeModel};

/// A struct whose values are the rows of a table; `#[derive(Table)]` writes this.
pub trait Table {
    /// The table's name, without its schema.
    const NAME: &'static str;
    /// The schema that holds it, where that is not the default one.
    const SCHEMA: Option<&'static str>;

    /// What the struct asks for, in no engine's terms.
    fn model() -> TableModel;
}

/// A type that a column can have; `#[derive(DbEnum)]` and `#[derive(DbType)]` write this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which column type it is",
    label = "no column type is known for this",
    note = "give the field one (`#[column(type = \"…\")]`), or the type (`#[derive(DbType)]`, `#[derive(DbEnum)]`)"
)]
pub trait DbType {
    fn column_type() -> ByEngine<TypeModel>;
}

/// A type whose name is well known, and may all the same be one of the project's own: `uuid::Uuid`, or a `Uuid` that
/// derives `DbType`. Its own method is there only for the latter, and goes before that of [`Otherwise`].
pub struct Asked<T>(PhantomData<T>);

impl<T> Asked<T> {
    pub const NEW: Self = Asked(PhantomData);
}

impl<T: DbType> Asked<T> {
    pub fn column_type_or(&self, _: impl FnOnce() -> ByEngine<TypeModel>) -> ByEngine<TypeModel> {
        T::column_type()
    }
}

/// What the name says, for a type that says nothing itself.
pub trait Otherwise {
    fn column_type_or(&self, known: impl FnOnce() -> ByEngine<TypeModel>) -> ByEngine<TypeModel>;
}

impl<T> Otherwise for Asked<T> {
    fn column_type_or(&self, known: impl FnOnce() -> ByEngine<TypeModel>) -> ByEngine<TypeModel> {
        known()
    }
}

/// The plain types, for whoever names one by a type alias.
macro_rules! plain {
    ($($ty:ty => $name:literal),+ $(,)?) => {$(
        impl DbType for $ty {
            fn column_type() -> ByEngine<TypeModel> {
                crate::types::plain($name).unwrap_or_default()
            }
        }
    )+

    #[test]
    fn every_plain_type_is_known() {
        for name in [$($name),+] {
            assert!(crate::types::plain(name).is_some(), "{name}");
        }
    }};
}

plain! {
    bool => "bool", i8 => "i8", i16 => "i16", i32 => "i32", i64 => "i64", f32 => "f32", f64 => "f64",
    String => "String", Vec<u8> => "Bytes",
}
