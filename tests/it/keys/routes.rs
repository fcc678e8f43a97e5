//! `route = ".."`: the key is the rendered route.

use std::fmt;

use cache_runtime::{cached, invalidates};

struct Path<T>(T);

struct Account {
    id: u32,
}

#[test]
fn placeholders_name_arguments_patterns_and_fields() {
    #[cached(route = "/users/{id}/{account.id}/{page.0}")]
    fn of(Path(id): Path<u64>, account: &Account, page: (u8, u8)) -> u64 {
        id + u64::from(account.id) + u64::from(page.1)
    }
    assert_eq!(of(Path(7), &Account { id: 1 }, (0, 1)), 9);
    assert_eq!(
        of(Path(7), &Account { id: 1 }, (0, 2)),
        9,
        "page.1 is not in the route"
    );
    assert_eq!(peek_of(Path(7), &Account { id: 2 }, (0, 1)), None);
}

#[test]
fn no_two_argument_sets_render_to_one_key() {
    #[cached(route = "/{a}{b}/{a}-{b}")]
    fn page(a: &str, b: &str) -> String {
        format!("{a}|{b}")
    }
    let hostile = [
        ("1", "23"),
        ("12", "3"),
        ("a/b", "c"),
        ("a", "b/c"),
        ("", "ab"),
        ("ab", ""),
        ("a;b", "c"),
        ("a", ";bc"),
        ("%2F", "x"),
        ("/", "x"),
        ("-", ""),
        ("", "-"),
        ("a-b", ""),
        ("é", "e"),
        ("e", "é"),
        ("{a}", "{b}"),
        (" ", "\n"),
        ("\0", "0"),
    ];
    for _ in 0..2 {
        for (a, b) in hostile {
            assert_eq!(page(a, b), format!("{a}|{b}"));
        }
    }
    assert_eq!(stats_page().misses.total(), hostile.len() as u64);
}

#[test]
fn anything_that_can_be_displayed_can_stand_in_a_route() {
    struct Loud<'a>(&'a str);
    impl fmt::Display for Loud<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0.to_uppercase())
        }
    }
    #[cached(route = "/{{{who}}}/{number}/{share}")]
    async fn page(who: Loud<'_>, number: i32, share: f32) -> String {
        format!("{}{number}{share}", who.0)
    }
    futures::executor::block_on(async {
        page(Loud("a"), -1, 0.5).await;
        assert_eq!(peek_page(Loud("A"), -1, 0.5).await, Some("a-10.5".into()));
        assert_eq!(peek_page(Loud("a"), 1, 0.5).await, None);
    });
}

#[test]
fn long_routes_are_keys() {
    #[cached(route = "/{text}/end")]
    fn page(text: &str) -> usize {
        text.len()
    }
    for len in [
        0, 100, 117, 118, 119, 120, 121, 122, 123, 124, 127, 128, 129, 5_000,
    ] {
        let (a, b) = ("a".repeat(len), "a".repeat(len) + "b");
        assert_eq!((page(&a), page(&b)), (len, len + 1));
        assert_eq!((page(&a), page(&b)), (len, len + 1));
    }
    assert_eq!((stats_page().hits, stats_page().misses.total()), (28, 28));
}

#[test]
fn two_functions_of_one_route_do_not_share_but_are_invalidated_together() {
    #[cached(route = "/both/{id}")]
    fn one(id: u32) -> u32 {
        id + 1
    }
    #[cached(route = "/both/{id}")]
    fn two(id: u64) -> u64 {
        id + 2
    }
    #[invalidates(route("/both/{id}"))]
    async fn write(id: &str) {
        let _ = id;
    }
    assert_eq!((one(1), two(1), one(1), two(1)), (2, 3, 2, 3));
    one(2);
    futures::executor::block_on(write("1"));
    assert_eq!(
        (peek_one(1), peek_two(1), peek_one(2)),
        (None, None, Some(3))
    );
}

#[test]
fn a_method_may_have_a_route() {
    struct Shop {
        region: u32,
    }
    impl Shop {
        #[cached(route = "/{self.region}/{sku}", skip(noise))]
        fn price(&self, sku: &str, noise: f32) -> f32 {
            let _ = sku;
            noise
        }
    }
    let (shop, other) = (Shop { region: 1 }, Shop { region: 2 });
    assert!((shop.price("a", 0.5) - shop.price("a", 0.7)).abs() < f32::EPSILON);
    assert_eq!(
        (shop.peek_price("a"), other.peek_price("a")),
        (Some(0.5), None)
    );
}
