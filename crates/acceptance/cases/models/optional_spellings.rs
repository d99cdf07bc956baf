use whimbrel::Table;

#[derive(Table)]
struct Spelling {
    #[column(primary_key)]
    id: i32,
    a: Option<String>,
    b: std::option::Option<String>,
    c: Option<Box<str>>,
    d: core::option::Option<std::string::String>,
    e: Option<std::borrow::Cow<'static, str>>,
    f: Option<&'static str>,
    g: Option<i32>,
    #[column(max_length = 10)]
    h: Option<String>,
    i: ::std::option::Option<String>,
    j: Option<std::sync::Arc<str>>,
    k: String,
    l: Box<str>,
    m: Option<std::num::NonZero<i32>>,
}
