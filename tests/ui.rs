//! What must not compile, and what it says.

#[test]
fn refusals_say_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}
