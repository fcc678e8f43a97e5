//! What an item of `#[invalidates(..)]` may be.

use cache_runtime::{cached, invalidates, memoize};

mod names {
    #[cache_runtime::memoize]
    pub(super) fn name(id: u32) -> u32 {
        id
    }
}

#[test]
fn paths_methods_generics_and_raw_names() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Shop(u32);
    impl Shop {
        #[memoize]
        fn price(&self, sku: u32) -> u32 {
            self.0 + sku
        }

        #[memoize]
        fn plain(x: u32) -> u32 {
            x
        }

        #[invalidates(Self::plain(x), self.price(x))]
        fn change(&self, x: u32) {
            let _ = (self, x);
        }
    }
    #[memoize]
    fn size<T: 'static>(x: u32) -> u32 {
        x
    }
    #[memoize]
    fn r#type(x: u32) -> u32 {
        x
    }
    #[invalidates(names::name(id), Shop::plain(id), shop.price(id), size::<u8>(id), r#type(id))]
    fn write(shop: &Shop, id: u32) {
        let _ = (shop, id);
    }
    #[invalidates(names::name, Shop::plain, size::<u8>, r#type)]
    fn write_all() {}

    let fill = || {
        (
            names::name(1),
            Shop(5).price(1),
            Shop::plain(1),
            size::<u8>(1),
            size::<u16>(1),
            r#type(1),
        )
    };
    let left = || {
        [
            names::peek_name(1).is_some(),
            Shop(5).peek_price(1).is_some(),
            Shop::peek_plain(1).is_some(),
            peek_size::<u8>(1).is_some(),
            peek_size::<u16>(1).is_some(),
            peek_type(1).is_some(),
        ]
    };
    fill();
    write(&Shop(5), 1);
    assert_eq!(left(), [false, false, false, false, true, false]);
    fill();
    Shop(5).change(1);
    assert_eq!(left(), [true, false, false, true, true, true]);
    write_all();
    assert_eq!(left(), [false; 6]);
}

#[test]
fn the_result_may_be_taken_apart() {
    struct Saved {
        id: u32,
        old: (u32, u32),
    }
    #[memoize]
    fn of(id: u32) -> u32 {
        id
    }
    #[invalidates(|Saved { id, .. }| of(*id), |saved| of(saved.old.0), |_| of(5))]
    fn write(id: u32) -> std::io::Result<Saved> {
        Ok(Saved {
            id,
            old: (id + 1, id + 2),
        })
    }
    #[invalidates(|(a, b)| of(a + b))]
    async fn pair() -> (u32, u32) {
        (1, 3)
    }
    (1..6).for_each(|id| _ = of(id));
    write(1).unwrap();
    assert_eq!(
        [1, 2, 3, 4, 5].map(peek_of),
        [None, None, Some(3), Some(4), None]
    );
    futures::executor::block_on(pair());
    assert_eq!(peek_of(4), None);
}

#[test]
fn arguments_are_evaluated_before_the_body() {
    #[memoize]
    fn of(id: u32) -> u32 {
        id
    }
    #[invalidates(of(next.len() as u32), of(next[0]), of(id), of(*place))]
    fn write(mut next: Vec<u32>, mut id: u32, place: &mut u32) -> (Vec<u32>, u32) {
        next.clear();
        id += 10;
        *place += 10;
        (next, id)
    }
    #[invalidates(of(ids.iter().sum()), of(id))]
    async fn consume(ids: Vec<u32>, (id, _): (u32, u32)) {
        drop(ids);
        let _ = id;
    }
    (1..20).for_each(|id| _ = of(id));
    let mut place = 4;
    write(vec![3, 7], 5, &mut place);
    assert_eq!([2, 3, 4, 5].map(peek_of), [None; 4]);
    assert_eq!((place, peek_of(14), peek_of(15)), (14, Some(14), Some(15)));
    futures::executor::block_on(consume(vec![6, 2], (9, 0)));
    assert_eq!([8, 9, 10].map(peek_of), [None, None, Some(10)]);
}

#[test]
fn a_route_may_be_made_from_the_result() {
    #[cached(route = "/invalidates/{id}")]
    fn page(id: u32) -> u32 {
        id
    }
    #[invalidates(|id| route("/invalidates/{id}"))]
    fn write(id: u32) -> Result<u32, ()> {
        Ok(id + 1)
    }
    (page(1), page(2));
    assert_eq!(write(1), Ok(2));
    assert_eq!((peek_page(1), peek_page(2)), (Some(1), None));
}

#[test]
fn a_function_named_like_a_built_in_form_is_reached_by_its_path() {
    #[memoize]
    fn route(id: u32) -> u32 {
        id
    }
    mod inner {
        #[cache_runtime::memoize]
        pub(super) fn tag(id: u32) -> u32 {
            id
        }
    }
    #[invalidates(inner::tag(id), route)]
    fn write(id: u32) {
        let _ = id;
    }
    (route(1), inner::tag(1));
    write(1);
    assert_eq!((peek_route(1), inner::peek_tag(1)), (None, None));
}

#[test]
fn the_pattern_of_the_result_may_have_a_type() {
    #[memoize]
    fn of(x: u8) -> u8 {
        x
    }
    #[invalidates(|saved: &u8| of(*saved), |&saved| of(saved + 1))]
    fn write() -> u8 {
        1
    }
    assert_eq!((of(1), of(2), write()), (1, 2, 1));
    assert_eq!((peek_of(1), peek_of(2)), (None, None));
}
