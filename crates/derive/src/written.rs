//! What was read, as Rust that makes the same value.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Ident, Path};
use whimbrel_models::read::{Asked, TableRead};
use whimbrel_models::{
    ByEngine, CheckModel, ColumnModel, ComputedModel, ExclusionModel, ForeignKeyModel, IdentityModel, IndexModel,
    Integral, KeyModel, KeyPart, NamedType, Sql, TableModel, TableModelOptions, TypeModel,
};
use whimbrel_schema::{Action, Deferrable, Match};

use crate::own;

/// `impl Table`.
pub fn table(ident: &Ident, generics: &Generics, read: &TableRead, library: &Path) -> TokenStream {
    let (of, parameters, bounds) = generics.split_for_impl();
    let value = Written { library };
    let (name, schema) = (&read.model.name, option(read.model.namespace.as_ref(), |it| quote!(#it)));
    let model = value.table(&read.model);
    let types = read.asked.iter().map(|(at, asked_of)| {
        let ty = asked(asked_of, library);
        let (model, column) = (own("model"), own("column"));
        quote!(if let ::core::option::Option::Some(#column) = #model.columns.get_mut(#at) { #column.ty = #ty; })
    });
    let model_name = own("model");
    let mutable = if read.asked.is_empty() { quote!() } else { quote!(mut) };
    quote! {
        #[automatically_derived]
        impl #of #library::Table for #ident #parameters #bounds {
            const NAME: &'static str = #name;
            const SCHEMA: ::core::option::Option<&'static str> = #schema;

            fn model() -> #library::model::TableModel {
                let #mutable #model_name = #model;
                #(#types)*
                #model_name
            }
        }
    }
}

/// `impl DbType`.
pub fn db_type(ident: &Ident, generics: &Generics, ty: &TokenStream, library: &Path) -> TokenStream {
    let (of, parameters, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #of #library::DbType for #ident #parameters #bounds {
            fn column_type() -> #library::model::ByEngine<#library::model::TypeModel> {
                #ty
            }
        }
    }
}

/// A type's own word on its column type. Where its name is well known, that counts unless the type is the project's own
/// and says something else: a method of the type's own is found before one of a trait.
pub fn asked(asked: &Asked, library: &Path) -> TokenStream {
    let value = Written { library };
    let (ty, options) = (&asked.ty, value.options(&asked.options));
    let found = match &asked.otherwise {
        None => quote_spanned!(ty.span()=> <#ty as #library::DbType>::column_type()),
        Some(known) => {
            let known = column_type(known, library);
            quote!({
                #[allow(unused_imports)]
                use #library::model::Otherwise as _;
                #library::model::Asked::<#ty>::NEW.column_type_or(|| #known)
            })
        }
    };
    quote!(#options.of(&#found))
}

pub fn column_type(ty: &ByEngine<TypeModel>, library: &Path) -> TokenStream {
    let value = Written { library };
    value.by_engine(ty, |ty| value.ty(ty))
}

struct Written<'l> {
    library: &'l Path,
}

fn option<T>(value: Option<&T>, write: impl FnOnce(&T) -> TokenStream) -> TokenStream {
    match value {
        Some(value) => {
            let value = write(value);
            quote!(::core::option::Option::Some(#value))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn text(text: &String) -> TokenStream {
    quote!(::std::string::String::from(#text))
}

fn optional_text(value: &Option<String>) -> TokenStream {
    option(value.as_ref(), text)
}

fn list<T>(values: &[T], write: impl FnMut(&T) -> TokenStream) -> TokenStream {
    let values = values.iter().map(write);
    quote!(::std::vec![#(#values),*])
}

fn texts(values: &[String]) -> TokenStream {
    list(values, text)
}

fn pairs(values: &[(String, String)]) -> TokenStream {
    list(values, |(name, value)| {
        let (name, value) = (text(name), text(value));
        quote!((#name, #value))
    })
}

impl Written<'_> {
    fn by_engine<T>(&self, value: &ByEngine<T>, write: impl Fn(&T) -> TokenStream) -> TokenStream {
        let library = self.library;
        let (sqlite, postgres) = (write(&value.sqlite), write(&value.postgres));
        quote!(#library::model::ByEngine { sqlite: #sqlite, postgres: #postgres })
    }

    fn sql(&self, sql: &Sql) -> TokenStream {
        self.by_engine(sql, optional_text)
    }

    fn options(&self, options: &whimbrel_models::TypeOptions) -> TokenStream {
        let library = self.library;
        let (given, collation) = (self.sql(&options.given), self.sql(&options.collation));
        let dimensions = options.dimensions;
        quote!(#library::model::TypeOptions { given: #given, collation: #collation, dimensions: #dimensions })
    }

    fn ty(&self, ty: &TypeModel) -> TokenStream {
        let library = self.library;
        let (sql, collation, extension) = (text(&ty.sql), optional_text(&ty.collation), optional_text(&ty.extension));
        let kind = match ty.kind {
            Integral::No => quote!(No),
            Integral::Small => quote!(Small),
            Integral::Plain => quote!(Plain),
            Integral::Big => quote!(Big),
        };
        let named = option(ty.named.as_ref(), |named| match named.as_ref() {
            NamedType::Enum { name, namespace, values } => {
                let (name, namespace, values) = (text(name), optional_text(namespace), texts(values));
                quote!(::std::boxed::Box::new(#library::model::NamedType::Enum {
                    name: #name, namespace: #namespace, values: #values,
                }))
            }
            NamedType::Domain { name, namespace, base, nullable, default, collation, check } => {
                let (name, namespace, base) = (text(name), optional_text(namespace), text(base));
                let (default, collation) = (optional_text(default), optional_text(collation));
                let check = option(check.as_ref(), |(name, sql)| {
                    let (name, sql) = (optional_text(name), text(sql));
                    quote!((#name, #sql))
                });
                quote!(::std::boxed::Box::new(#library::model::NamedType::Domain {
                    name: #name, namespace: #namespace, base: #base, nullable: #nullable, default: #default,
                    collation: #collation, check: #check,
                }))
            }
        });
        let dimensions = ty.dimensions;
        quote!(#library::model::TypeModel {
            sql: #sql, collation: #collation, kind: #library::model::Integral::#kind, named: #named,
            dimensions: #dimensions, extension: #extension,
        })
    }

    fn table(&self, table: &TableModel) -> TokenStream {
        let library = self.library;
        let TableModel { name, namespace, columns, primary_key, uniques, foreign_keys, .. } = table;
        let TableModel { checks, exclusions, indexes, comment, options, notes, .. } = table;
        let (name, namespace, comment) = (text(name), optional_text(namespace), optional_text(comment));
        let columns = list(columns, |column| self.column(column));
        let primary_key = option(primary_key.as_ref(), |key| self.key(key));
        let uniques = list(uniques, |key| self.key(key));
        let foreign_keys = list(foreign_keys, |key| self.foreign_key(key));
        let checks = list(checks, |check| self.check(check));
        let exclusions = list(exclusions, |exclusion| self.exclusion(exclusion));
        let indexes = list(indexes, |index| self.index(index));
        let options = self.table_options(options);
        let notes = self.notes(notes);
        quote!(#library::model::TableModel {
            name: #name, namespace: #namespace, columns: #columns, primary_key: #primary_key, uniques: #uniques,
            foreign_keys: #foreign_keys, checks: #checks, exclusions: #exclusions, indexes: #indexes,
            comment: #comment, options: #options, notes: #notes,
        })
    }

    fn notes(&self, notes: &whimbrel_schema::Notes) -> TokenStream {
        let library = self.library;
        let renamed_from = optional_text(&notes.renamed_from);
        quote!(#library::model::Notes { renamed_from: #renamed_from, ..::core::default::Default::default() })
    }

    fn table_options(&self, options: &TableModelOptions) -> TokenStream {
        let library = self.library;
        let TableModelOptions {
            sqlite_autoincrement,
            sqlite_strict,
            sqlite_without_rowid,
            unlogged,
            temporary,
            partition_by,
            inherits,
            tablespace,
            storage,
        } = options;
        let (partition_by, tablespace) = (optional_text(partition_by), optional_text(tablespace));
        let (inherits, storage) = (texts(inherits), pairs(storage));
        quote!(#library::model::TableModelOptions {
            sqlite_autoincrement: #sqlite_autoincrement, sqlite_strict: #sqlite_strict,
            sqlite_without_rowid: #sqlite_without_rowid, unlogged: #unlogged, temporary: #temporary,
            partition_by: #partition_by, inherits: #inherits, tablespace: #tablespace, storage: #storage,
        })
    }

    fn column(&self, column: &ColumnModel) -> TokenStream {
        let library = self.library;
        let ColumnModel { name, ty, nullable, primary_key, autoincrement, default, computed, identity, .. } = column;
        let ty = self.by_engine(ty, |ty| self.ty(ty));
        let (name, default, comment) = (text(name), self.sql(default), optional_text(&column.comment));
        let client_default = self.sql(&column.client_default);
        let computed = option(computed.as_ref(), |ComputedModel { sql, persisted }| {
            let (sql, persisted) = (self.sql(sql), option(persisted.as_ref(), ToTokens::to_token_stream));
            quote!(#library::model::ComputedModel { sql: #sql, persisted: #persisted })
        });
        let identity = option(identity.as_ref(), |identity| {
            let IdentityModel { always, numbers } = identity.as_ref();
            let number = |number: &Option<i64>| option(number.as_ref(), ToTokens::to_token_stream);
            let (start, increment) = (number(&numbers.start), number(&numbers.increment));
            let (minimum, maximum) = (number(&numbers.minimum), number(&numbers.maximum));
            let (cache, cycle) = (number(&numbers.cache), option(numbers.cycle.as_ref(), ToTokens::to_token_stream));
            quote!(::std::boxed::Box::new(#library::model::IdentityModel {
                always: #always,
                numbers: #library::model::SequenceNumbers {
                    start: #start, increment: #increment, minimum: #minimum, maximum: #maximum, cache: #cache,
                    cycle: #cycle,
                },
            }))
        });
        let notes = self.notes(&column.notes);
        quote!(#library::model::ColumnModel {
            name: #name, ty: #ty, nullable: #nullable, primary_key: #primary_key, autoincrement: #autoincrement,
            default: #default, computed: #computed, identity: #identity, comment: #comment,
            client_default: #client_default, notes: #notes,
        })
    }

    fn deferrable(&self, deferrable: Deferrable) -> TokenStream {
        let library = self.library;
        let word = match deferrable {
            Deferrable::No => quote!(No),
            Deferrable::InitiallyImmediate => quote!(InitiallyImmediate),
            Deferrable::InitiallyDeferred => quote!(InitiallyDeferred),
        };
        quote!(#library::model::Deferrable::#word)
    }

    fn key(&self, key: &KeyModel) -> TokenStream {
        let library = self.library;
        let (name, columns, include) = (self.sql(&key.name), texts(&key.columns), texts(&key.include));
        let (deferrable, comment) = (self.deferrable(key.deferrable), optional_text(&key.comment));
        let nulls_not_distinct = key.nulls_not_distinct;
        quote!(#library::model::KeyModel {
            name: #name, columns: #columns, include: #include, nulls_not_distinct: #nulls_not_distinct,
            deferrable: #deferrable, comment: #comment,
        })
    }

    fn foreign_key(&self, key: &ForeignKeyModel) -> TokenStream {
        let library = self.library;
        let action = |action: Action| {
            let word = match action {
                Action::NoAction => quote!(NoAction),
                Action::Restrict => quote!(Restrict),
                Action::Cascade => quote!(Cascade),
                Action::SetNull => quote!(SetNull),
                Action::SetDefault => quote!(SetDefault),
            };
            quote!(#library::model::Action::#word)
        };
        let matching = match key.matching {
            Match::Simple => quote!(Simple),
            Match::Full => quote!(Full),
            Match::Partial => quote!(Partial),
        };
        let (name, columns, namespace) = (self.sql(&key.name), texts(&key.columns), optional_text(&key.namespace));
        let (table, referenced, set) = (text(&key.table), texts(&key.referenced_columns), texts(&key.set_columns));
        let (on_delete, on_update) = (action(key.on_delete), action(key.on_update));
        let (deferrable, comment) = (self.deferrable(key.deferrable), optional_text(&key.comment));
        let not_valid = key.not_valid;
        quote!(#library::model::ForeignKeyModel {
            name: #name, columns: #columns, namespace: #namespace, table: #table, referenced_columns: #referenced,
            on_delete: #on_delete, on_update: #on_update, set_columns: #set,
            matching: #library::model::Match::#matching, deferrable: #deferrable, not_valid: #not_valid,
            comment: #comment,
        })
    }

    fn check(&self, check: &CheckModel) -> TokenStream {
        let library = self.library;
        let (name, sql, comment) = (self.sql(&check.name), self.sql(&check.sql), optional_text(&check.comment));
        let (not_valid, no_inherit) = (check.not_valid, check.no_inherit);
        quote!(#library::model::CheckModel {
            name: #name, sql: #sql, not_valid: #not_valid, no_inherit: #no_inherit, comment: #comment,
        })
    }

    fn exclusion(&self, exclusion: &ExclusionModel) -> TokenStream {
        let library = self.library;
        let ExclusionModel { name, method, elements, predicate, deferrable, comment } = exclusion;
        let (name, method, predicate) = (optional_text(name), text(method), optional_text(predicate));
        let elements = list(elements, |element| {
            let (key, operator) = (self.part(&element.key), text(&element.operator));
            quote!(#library::model::ExclusionElementModel { key: #key, operator: #operator })
        });
        let (deferrable, comment) = (self.deferrable(*deferrable), optional_text(comment));
        quote!(#library::model::ExclusionModel {
            name: #name, method: #method, elements: #elements, predicate: #predicate, deferrable: #deferrable,
            comment: #comment,
        })
    }

    fn index(&self, index: &IndexModel) -> TokenStream {
        let library = self.library;
        let name = self.by_engine(&index.name, text);
        let keys = self.by_engine(&index.keys, |keys| list(keys, |key| self.part(key)));
        let (predicate, method, include) =
            (self.sql(&index.predicate), optional_text(&index.method), texts(&index.include));
        let (storage, tablespace) = (pairs(&index.storage), optional_text(&index.tablespace));
        let (unique, nulls_not_distinct) = (index.unique, index.nulls_not_distinct);
        quote!(#library::model::IndexModel {
            name: #name, unique: #unique, keys: #keys, predicate: #predicate, method: #method, include: #include,
            nulls_not_distinct: #nulls_not_distinct, storage: #storage, tablespace: #tablespace,
        })
    }

    fn part(&self, part: &KeyPart) -> TokenStream {
        let library = self.library;
        let (column, expression) = (optional_text(&part.column), optional_text(&part.expression));
        let (collation, operator_class) = (optional_text(&part.collation), optional_text(&part.operator_class));
        let nulls_first = option(part.nulls_first.as_ref(), ToTokens::to_token_stream);
        let descending = part.descending;
        quote!(#library::model::KeyPart {
            column: #column, expression: #expression, collation: #collation, operator_class: #operator_class,
            descending: #descending, nulls_first: #nulls_first,
        })
    }
}
