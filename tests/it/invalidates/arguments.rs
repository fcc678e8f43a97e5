//! What an item names, the body may consume, change or lend all the same.

use cache_runtime::testing::isolate;
use cache_runtime::{invalidates, memoize};
use futures::executor::block_on;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct User {
    id: u8,
    name: String,
}

/// A user who cannot be cloned.
struct Only {
    id: u8,
    name: String,
}

fn user() -> User {
    User {
        id: 1,
        name: "a".into(),
    }
}

#[memoize]
#[allow(dead_code, reason = "only some helpers are used")]
fn profile(name: &str) -> usize {
    name.len()
}

#[memoize]
#[allow(dead_code, reason = "only some helpers are used")]
fn owned(name: String) -> usize {
    name.len()
}

#[memoize]
#[allow(dead_code, reason = "only some helpers are used")]
fn by_id(id: u8) -> u8 {
    id
}

#[memoize]
#[allow(dead_code, reason = "only some helpers are used")]
fn whole(user: &User) -> u8 {
    user.id
}

#[memoize(key = user.id)]
#[allow(dead_code, reason = "only some helpers are used")]
fn only(user: &Only) -> u8 {
    user.id
}

/// Fills every cache, and tells afterwards which entries are gone.
fn gone(write: impl FnOnce()) -> [bool; 4] {
    let user = user();
    profile("a");
    owned("a".into());
    by_id(1);
    whole(&user);
    write();
    [
        peek_profile("a").is_none(),
        peek_owned("a".into()).is_none(),
        peek_by_id(1).is_none(),
        peek_whole(&user).is_none(),
    ]
}

#[test]
fn what_the_body_consumes() {
    #[invalidates(profile(&name), owned(name))]
    fn named(name: String) -> String {
        name
    }
    #[invalidates(profile(&user.name), owned(user.name), by_id(user.id), whole(&user))]
    fn fields(user: User) -> User {
        user
    }
    #[invalidates(profile(&name[..1]), by_id(pair.0), whole(&users[0]))]
    fn parts(name: String, pair: (u8, String), users: Vec<User>) -> usize {
        drop((pair, users));
        name.len()
    }
    #[invalidates(profile(&name), owned(user.name), by_id(user.id), whole(&user))]
    async fn later(name: String, user: User) -> (String, User) {
        (name, user)
    }
    #[invalidates(profile(&name), owned(user.name), by_id(user.id), whole(&user), on = always)]
    fn always(name: String, user: User) -> (String, User) {
        (name, user)
    }
    let _world = isolate();
    let a = || "a".to_owned();
    assert_eq!(gone(|| drop(named(a()))), [true, true, false, false]);
    assert_eq!(gone(|| drop(fields(user()))), [true; 4]);
    let write = || {
        parts(a(), (1, a()), vec![user()]);
    };
    assert_eq!(gone(write), [true, false, true, true]);
    assert_eq!(gone(|| drop(block_on(later(a(), user())))), [true; 4]);
    assert_eq!(gone(|| drop(always(a(), user()))), [true; 4]);
}

#[test]
fn what_the_body_changes() {
    #[invalidates(profile(&user.name), owned(user.name), by_id(user.id), whole(user))]
    fn reference(user: &mut User) {
        user.id += 1;
        user.name.push('b');
    }
    #[invalidates(whole(&user))]
    fn twice(user: &mut User) {
        user.id += 1;
    }
    #[invalidates(profile(name), by_id(*id))]
    fn places(name: &mut String, id: &mut u8) {
        name.clear();
        *id = 9;
    }
    let _world = isolate();
    assert_eq!(gone(|| reference(&mut user())), [true; 4]);
    assert_eq!(gone(|| twice(&mut user())), [false, false, false, true]);
    let write = || places(&mut "a".to_owned(), &mut 1);
    assert_eq!(gone(write), [true, false, true, false]);
}

#[test]
fn what_cannot_be_cloned_is_lent() {
    #[invalidates(only(&user), profile(&user.name))]
    fn write(user: Only, name: &str) -> usize {
        user.name.len() + name.len()
    }
    let user = || Only {
        id: 1,
        name: "a".into(),
    };
    only(&user());
    assert_eq!(write(user(), ""), 1);
    assert_eq!(peek_only(&user()), None);
}

#[test]
fn arguments_inside_a_value() {
    #[memoize]
    fn of(user: (u8, String), tag: Option<String>) -> usize {
        user.1.len() + tag.map_or(0, |tag| tag.len())
    }
    #[invalidates(of((user.id, user.name), Some(tag)))]
    fn write(user: User, tag: String) -> String {
        user.name + &tag
    }
    of((1, "a".into()), Some("t".into()));
    assert_eq!(write(user(), "t".into()), "at");
    assert_eq!(peek_of((1, "a".into()), Some("t".into())), None);
}

#[test]
fn self_is_there_after_the_body() {
    struct Shop {
        id: u8,
        name: String,
    }
    impl Shop {
        #[memoize(key = self.id)]
        fn get(&self) -> usize {
            self.name.len()
        }

        #[memoize(skip(self))]
        fn named(&self, name: &str) -> usize {
            self.name.len() + name.len()
        }

        #[invalidates(Self::get(self), Self::named(&self.name), Self::get(&self), profile(&self.name))]
        fn set(&mut self, name: &str) -> u8 {
            self.name = name.into();
            self.id
        }

        #[invalidates(self.get(), Self::named(&self.name), by_id(self.id))]
        async fn set_later(&mut self, name: String) {
            self.name = name;
        }

        #[invalidates(self.get(), Self::get(self), Self::get(&self), on = always)]
        fn look(&self) {
            assert!(!self.name.is_empty(), "it fails");
        }
    }
    let mut shop = Shop {
        id: 1,
        name: "a".into(),
    };
    let _world = isolate();
    profile("a");
    (shop.get(), shop.named("a"));
    shop.set("bb");
    assert_eq!(
        (shop.peek_get(), Shop::peek_named("a"), peek_profile("a")),
        (None, None, None)
    );
    (shop.get(), by_id(1));
    block_on(shop.set_later(String::new()));
    assert_eq!((shop.peek_get(), peek_by_id(1)), (None, None));
    shop.get();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| shop.look()));
    assert!(failed.is_err() && shop.peek_get().is_none());
}

impl User {
    #[memoize]
    fn get(&self) -> usize {
        self.name.len()
    }

    #[invalidates(self.get(), owned(self.name))]
    fn finish(self) -> String {
        self.name
    }

    #[invalidates(Self::get(&self))]
    fn end(self) -> String {
        self.name
    }

    #[invalidates(other.get())]
    fn compare(&self, other: Self) -> bool {
        *self == other
    }
}

#[test]
fn a_self_that_the_body_consumes() {
    let _world = isolate();
    let left = || user().peek_get();
    user().get();
    assert_eq!((user().finish(), left()), ("a".into(), None));
    user().get();
    assert_eq!((user().end(), left()), ("a".into(), None));
    user().get();
    assert_eq!((user().compare(user()), left()), (true, None));
}

#[test]
fn a_result_that_is_bound_to_its_thread_does_not_bind_the_future() {
    #[invalidates(by_id(id), |saved| by_id(*saved))]
    async fn boxed(id: u8) -> Result<u8, Box<dyn std::error::Error>> {
        Ok(id)
    }
    #[invalidates(by_id(id))]
    async fn cell(id: u8) -> std::cell::Cell<u8> {
        std::cell::Cell::new(id)
    }
    #[memoize]
    async fn later(id: u8) -> u8 {
        id
    }
    #[invalidates(later(id), |saved| later(*saved.0))]
    async fn shared(id: u8) -> (std::rc::Rc<u8>,) {
        (std::rc::Rc::new(id),)
    }
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let _world = isolate();
    let boxed = || {
        block_on(is_send(boxed(1))).unwrap();
    };
    assert_eq!(gone(boxed), [false, false, true, false]);
    let cell = || {
        block_on(is_send(cell(1)));
    };
    assert_eq!(gone(cell), [false, false, true, false]);
    block_on(later(1));
    block_on(is_send(shared(1)));
    assert_eq!(block_on(peek_later(1)), None);
}

#[test]
#[allow(
    non_snake_case,
    clippy::used_underscore_binding,
    reason = "this is what is tested"
)]
fn arguments_may_be_called_like_anything() {
    #[invalidates(by_id(__cache_result), |__cache_ok| by_id(*__cache_ok))]
    fn write(__cache_result: u8, __cache_item0_0: u8, __cache_ok: u8) -> u8 {
        __cache_result + __cache_item0_0 + __cache_ok
    }
    let _world = isolate();
    assert_eq!(
        gone(|| assert_eq!(write(1, 2, 3), 6)),
        [false, false, true, false]
    );
}
