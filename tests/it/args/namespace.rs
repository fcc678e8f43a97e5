//! `namespace`, `version`, `source_check`: what the entries of a function are filed under.

use cache_runtime::{cached, functions, memoize};

mod one {
    #[cache_runtime::memoize(namespace = "shared-name")]
    pub(super) fn get(x: u32) -> u32 {
        x + 1
    }
}

mod two {
    #[cache_runtime::memoize(namespace = "shared-name")]
    pub(super) fn get(x: u32) -> u32 {
        x + 2
    }
}

#[test]
fn functions_of_one_name_or_namespace_never_share() {
    assert_eq!((one::get(1), two::get(1)), (2, 3));
    let names = functions()
        .into_iter()
        .filter(|f| f.name.starts_with("shared-name"));
    let names: Vec<_> = names.map(|f| f.name).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1], "they are told apart by their place");
}

#[test]
fn version_and_source_are_part_of_the_name() {
    #[memoize(version = 3, namespace = "versioned")]
    fn versioned(x: u32) -> u32 {
        x
    }
    #[cached(source_check = true, namespace = "checked")]
    fn checked() -> u32 {
        1
    }
    assert_eq!((versioned(1), checked()), (1, 1));
    let functions = functions();
    let find = |name: &str| functions.iter().find(|f| f.name.starts_with(name)).unwrap();
    assert_eq!(find("versioned").name, "versioned#3");
    let source = find("checked").policy.source.expect("it is checked");
    assert_eq!(find("checked").name, format!("checked#{source:016x}"));
}
