//! `key = expr` takes the place of the arguments.

use cache_runtime::{cached, memoize};
use cache_tests::Count;

struct Request {
    id: u32,
    language: String,
    noise: u32,
}

fn request(id: u32, noise: u32) -> Request {
    Request {
        id,
        language: "en".into(),
        noise,
    }
}

#[test]
fn fields_in_a_tuple_are_borrowed() {
    #[memoize(key = (request.id, request.language))]
    fn of(request: &Request, _other: &[f32]) -> u32 {
        request.noise
    }
    assert_eq!(
        (of(&request(1, 5), &[]), of(&request(1, 6), &[1.0])),
        (5, 5)
    );
    assert_eq!(
        peek_of(&request(1, 7)),
        Some(5),
        "helpers take what the key names"
    );
    assert_eq!(peek_of(&request(2, 7)), None);
}

#[test]
fn a_call_an_operator_a_block_and_a_macro_will_do() {
    #[memoize(key = name.to_lowercase())]
    fn call(name: String) -> usize {
        name.len()
    }
    #[memoize(key = x / 10)]
    fn operator(x: u32) -> u32 {
        x
    }
    #[memoize(key = { let low = x % 10; low * 2 })]
    fn block(x: u32) -> u32 {
        x
    }
    #[memoize(key = format!("{}-{}", a, b.abs()))]
    fn text(a: u32, b: f32) -> f32 {
        b + if a > 1 { 1.0 } else { 0.0 }
    }
    #[memoize(key = if all { 0 } else { x })]
    fn choice(x: u32, all: bool) -> u32 {
        x + u32::from(all)
    }
    call("Ada".into());
    assert_eq!(peek_call("ADA".into()), Some(3));
    assert_eq!((operator(11), operator(19), operator(20)), (11, 11, 20));
    assert_eq!((block(11), block(21), block(22)), (11, 11, 22));
    assert!((text(1, -0.5) - text(1, 0.5)).abs() < f32::EPSILON);
    assert_eq!(
        (choice(1, true), choice(2, true), choice(2, false)),
        (2, 2, 2)
    );
}

#[test]
fn names_bound_by_patterns_may_be_used() {
    #[memoize(key = (id, page.0))]
    async fn of(Request { id, .. }: Request, page @ (_, _): (u8, u8)) -> u32 {
        id + u32::from(page.0 + page.1)
    }
    futures::executor::block_on(async {
        assert_eq!(of(request(1, 5), (1, 1)).await, 3);
        assert_eq!(of(request(1, 6), (1, 2)).await, 3);
        assert_eq!(peek_of(request(1, 7), (2, 1)).await, None);
        assert!(invalidate_of(request(1, 8), (1, 9)).await.existed());
    });
}

#[test]
fn it_is_evaluated_once_per_call_and_moves_nothing() {
    static EVALUATED: Count = Count::new();
    #[memoize(key = { EVALUATED.add(); names.len() })]
    fn of(names: Vec<String>) -> String {
        names.into_iter().collect()
    }
    assert_eq!(of(vec!["a".into()]), "a");
    assert_eq!(of(vec!["b".into()]), "a");
    assert_eq!(EVALUATED.get(), 2);
}

#[test]
fn a_cached_function_may_have_one_too() {
    #[cached(key = id % 2)]
    fn of(id: u32) -> u32 {
        id
    }
    assert_eq!((of(1), of(3), of(2)), (1, 1, 2));
}

#[test]
fn a_key_may_come_from_elsewhere_if_all_arguments_are_skipped() {
    fn tenant() -> usize {
        TENANT.get()
    }
    static TENANT: Count = Count::new();
    #[memoize(skip(x), key = tenant())]
    fn of(x: u32) -> u32 {
        x
    }
    assert_eq!((of(1), of(2)), (1, 1));
    TENANT.add();
    assert_eq!((of(3), of(4)), (3, 3));
    assert!(invalidate_of().existed());
}

#[test]
fn what_it_makes_lives_as_long_as_it_is_borrowed() {
    #[memoize(key = (name.to_lowercase().trim().as_bytes(), String::from(name).as_str(), format!("{name}").as_str()))]
    fn of(name: &str) -> usize {
        name.len()
    }
    assert_eq!((of("A "), of("A ")), (2, 2));
    assert_eq!((peek_of("A "), peek_of("a ")), (Some(2), None));
}
