//! Mistakes are errors of the compiler, on the token that is wrong.

#[test]
fn mistakes_are_shown_where_they_are_written() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
