//! Methods of trait impls and default methods of traits, with `helpers = false`.

use std::any::type_name;
use std::hash::Hash;

use cache_runtime::{cached, invalidates, memoize};
use cache_tests::Count;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shop(u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stall(u32);

trait Prices {
    type Price;
    fn list(&self, sku: u32) -> Self::Price;
    fn of_nobody(sku: u32) -> Self::Price;
    async fn later(&self, sku: &str) -> Result<Self::Price, std::io::Error>;
    fn id(&self) -> u32;

    #[memoize(helpers = false, key = self.id())]
    fn title(&self) -> String {
        format!("{} {}", type_name::<Self>(), self.id())
    }
}

static RUNS: Count = Count::new();

impl Prices for Shop {
    type Price = u32;

    #[memoize(helpers = false)]
    fn list(&self, sku: u32) -> Self::Price {
        RUNS.add();
        self.0 + sku
    }

    #[cached(helpers = false, route = "/{sku}")]
    fn of_nobody(sku: u32) -> Self::Price {
        if sku == 0 {
            return Self(7).0;
        }
        sku + 1
    }

    #[memoize(helpers = false)]
    async fn later(&self, sku: &str) -> Result<Self::Price, std::io::Error> {
        let length = u32::try_from(sku.len()).map_err(std::io::Error::other)?;
        Ok(self.0 + length)
    }

    fn id(&self) -> u32 {
        self.0
    }
}

impl Prices for Stall {
    type Price = String;

    #[memoize(helpers = false, skip(self))]
    fn list(&self, sku: u32) -> String {
        format!("{} {sku}", self.0)
    }

    #[memoize(helpers = false)]
    fn of_nobody(sku: u32) -> String {
        format!("nobody's {sku}")
    }

    #[memoize(helpers = false)]
    async fn later(&self, sku: &str) -> Result<String, std::io::Error> {
        Ok(format!("{} {sku}", self.0))
    }

    fn id(&self) -> u32 {
        self.0
    }
}

#[test]
fn methods_of_trait_impls() {
    assert_eq!(
        (Shop(7).list(1), Shop(8).list(1), Shop(7).list(1)),
        (8, 9, 8)
    );
    assert_eq!(RUNS.get(), 2);
    assert_eq!(
        (Stall(1).list(1), Stall(2).list(1)),
        ("1 1".into(), "1 1".into())
    );
    assert_eq!(
        (Shop::of_nobody(0), Shop::of_nobody(0), Shop::of_nobody(1)),
        (7, 7, 2)
    );
    assert_eq!(Stall::of_nobody(0), "nobody's 0");
    let later = |shop: u32| futures::executor::block_on(Shop(shop).later("abc")).unwrap();
    assert_eq!((later(1), later(2), later(1)), (4, 5, 4));
}

#[test]
fn default_methods_are_told_apart_by_the_type_that_has_them() {
    assert_eq!(Shop(1).title(), format!("{} 1", type_name::<Shop>()));
    assert_eq!(Stall(1).title(), format!("{} 1", type_name::<Stall>()));
    assert_eq!(Shop(1).title(), format!("{} 1", type_name::<Shop>()));
}

#[test]
fn methods_of_generic_traits_and_impls() {
    trait Convert<T> {
        fn size(&self, of: T) -> usize;
    }
    impl<T: Hash + Eq + Clone + Send + Sync + 'static, U: Hash + Eq + Clone + Send + Sync + 'static>
        Convert<U> for Vec<T>
    {
        #[memoize(helpers = false)]
        fn size(&self, of: U) -> usize {
            drop(of);
            size_of::<T>() * 100 + size_of::<U>()
        }
    }
    assert_eq!(
        (
            vec![1_u8].size(1_u8),
            vec![1_u16].size(1_u8),
            vec![1_u8].size(1_u64)
        ),
        (101, 201, 108)
    );
}

#[test]
fn writers_may_be_methods_of_traits() {
    #[memoize]
    fn name(id: u32) -> u32 {
        id
    }
    trait Rename {
        fn rename(&mut self, id: u32) -> Result<(), String>;
    }
    impl Rename for Shop {
        #[invalidates(name(id))]
        fn rename(&mut self, id: u32) -> Result<(), String> {
            self.0 += id.checked_sub(1).ok_or("nobody")?;
            Ok(())
        }
    }
    (name(0), name(1));
    assert!(Shop(1).rename(0).is_err());
    Shop(1).rename(1).unwrap();
    assert_eq!((peek_name(0), peek_name(1)), (Some(0), None));
}
