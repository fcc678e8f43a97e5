//! Generated code under every lint a user may have on.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    let_underscore_drop,
    non_ascii_idents,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo
)]
#![forbid(unsafe_code)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    reason = "they are about the manifest"
)]

/// Documented public functions of every shape.
pub mod api {
    use std::num::ParseIntError;

    use cache_runtime::{cached, invalidates, memoize};

    /// Adds.
    #[memoize(timeout = 60)]
    #[must_use]
    pub fn add(a: i64, b: i64) -> i64 {
        a + b
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If the text is no number.
    #[memoize(max_entries = 10, err_timeout = 1)]
    pub fn parse(text: &str, owned: String) -> Result<u32, ParseIntError> {
        drop(owned);
        text.parse()
    }

    /// Asks.
    ///
    /// # Errors
    ///
    /// Never.
    #[memoize(skip(noise), unless = id == 0, forced_update = noise)]
    pub async fn ask(id: u32, noise: bool) -> Result<Option<u32>, String> {
        std::future::ready(()).await;
        Ok(Some(id))
    }

    /// Shows.
    #[cached(timeout = 5, route = "/users/{id}")]
    #[must_use]
    pub fn page(id: u64) -> String {
        format!("{id}")
    }

    /// Reports.
    #[cached]
    #[must_use]
    pub fn report() -> &'static str {
        "report"
    }

    /// Is old.
    #[memoize]
    #[deprecated = "use `add`"]
    #[must_use]
    pub fn old(a: u32) -> u32 {
        a
    }

    /// Changes.
    ///
    /// # Errors
    ///
    /// Never.
    #[invalidates(add(a, 1), page(7), report, |written| parse(written, String::new()))]
    pub async fn write(a: i64) -> Result<String, String> {
        std::future::ready(()).await;
        Ok(a.to_string())
    }

    /// A shop.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Shop {
        /// Its region.
        pub region: u32,
    }

    impl Shop {
        /// Makes one.
        #[memoize]
        #[must_use]
        pub fn new(region: u32) -> Self {
            Self { region }
        }

        /// Says the price.
        #[memoize(key = (self.region, sku))]
        #[must_use]
        pub fn price(&self, sku: &str) -> u32 {
            self.region + u32::from(sku.is_empty())
        }

        /// Counts.
        #[memoize]
        #[must_use]
        pub fn count<T: Copy + std::hash::Hash + Eq + Send + Sync + 'static>(
            &self,
            of: T,
        ) -> usize {
            size_of_val(&of) + self.region as usize
        }

        /// Raises.
        #[invalidates(self.price(sku))]
        pub fn raise(&mut self, sku: &str) {
            self.region += u32::from(sku.is_empty());
        }
    }
}

#[test]
fn the_functions_work() {
    use api::{Shop, add, invalidate_add, page, report};

    assert_eq!(
        (add(1, 2), page(7), report()),
        (3, "7".to_owned(), "report")
    );
    assert!(invalidate_add(1, 2).existed());
    assert_eq!(api::parse("7", String::new()), Ok(7));
    let mut shop = Shop::new(1);
    assert_eq!((shop.price("a"), shop.count(1_u8)), (1, 2));
    shop.raise("a");
    assert_eq!(shop.peek_price("a"), None);
}
