//! Generated code under every lint a user may have on.
#![deny(
    warnings,
    unused,
    future_incompatible,
    nonstandard_style,
    let_underscore,
    keyword_idents,
    refining_impl_trait,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo,
    clippy::absolute_paths,
    clippy::arithmetic_side_effects,
    clippy::default_numeric_fallback,
    clippy::else_if_without_else,
    clippy::expect_used,
    clippy::if_then_some_else_none,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::map_err_ignore,
    clippy::missing_assert_message,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::ref_patterns,
    clippy::same_name_method,
    clippy::semicolon_inside_block,
    clippy::shadow_reuse,
    clippy::shadow_unrelated,
    clippy::todo,
    clippy::try_err,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used,
    clippy::use_debug,
    clippy::wildcard_enum_match_arm
)]
#![forbid(unsafe_code)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    reason = "they are about the manifest"
)]

/// Documented public functions of every shape.
pub mod api {
    use std::error::Error;
    use std::fmt::Display;
    use std::future::ready;
    use std::hash::Hash;
    use std::num::ParseIntError;

    #[cfg(feature = "http")]
    use axum::response::IntoResponse;
    use cache_runtime::{cached, invalidates, memoize};

    /// Adds.
    #[memoize(timeout = 60)]
    #[must_use]
    pub fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
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
        ready(()).await;
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

    /// Is old under a condition.
    #[memoize]
    #[cfg_attr(all(), deprecated = "use `add`", must_use)]
    #[inline]
    pub fn older(a: u32) -> u32 {
        a
    }

    /// Waits, and returns nothing.
    #[memoize(max_entries = 7, cache_none = false, none_timeout = 1)]
    #[cfg(any())]
    pub async fn absent(a: u32) {}

    /// Warms.
    #[memoize(namespace = "warm", local, version = 3, source_check = true)]
    pub fn warm(a: u32) {
        assert!(a < 100, "it is too warm");
    }

    /// Maybe.
    #[memoize(timeout = SECONDS, none_timeout = "1s", response_filter = Option::is_some, is_stale = |value| value.is_none())]
    #[must_use]
    pub async fn maybe(mut a: u32, [first, _]: [u32; 2]) -> Option<u32> {
        ready(()).await;
        a = a.wrapping_add(first);
        a.checked_sub(1)
    }

    const SECONDS: u64 = 5;

    /// Inlined, with an early return.
    ///
    /// # Errors
    ///
    /// If the text is no number.
    #[memoize(helpers = false)]
    pub async fn inlined(text: &str, (a, _): (u32, u8)) -> Result<u32, ParseIntError> {
        if text.is_empty() {
            return Ok(a);
        }
        text.parse()
    }

    /// Looks at the request.
    #[cfg(feature = "http")]
    #[cached(timeout = 5, route = request, query("page"), vary("accept"), tags("menu"))]
    #[must_use]
    pub fn menu(depth: u32) -> u32 {
        depth
    }

    /// Answers a request.
    #[cfg(feature = "http")]
    #[cached(timeout = 5, route = request, query = true, response, unless = id == 0)]
    pub async fn answer(id: u32) -> Result<String, String> {
        ready(Ok(id.to_string())).await
    }

    /// Answers a request, too.
    #[cfg(feature = "http")]
    #[memoize(timeout = 5, stale_while_revalidate = 5, response)]
    pub async fn answer_later(id: u32) -> impl IntoResponse {
        ready(id.to_string()).await
    }

    /// Inlined, and not waiting.
    #[memoize(helpers = false, coalesce = false, unbounded)]
    #[must_use]
    pub fn inlined_too((a, _): (u32, u8), mut b: u32) -> u32 {
        b = b.wrapping_add(a);
        b
    }

    /// Expects a lint.
    #[memoize]
    #[expect(clippy::needless_pass_by_value, reason = "it is taken")]
    #[must_use]
    pub fn expecting(text: String) -> usize {
        text.len()
    }

    /// Is the older, by name.
    #[deprecated = "use `u32`"]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Older(pub u32);

    /// Takes what is old.
    #[memoize]
    #[allow(deprecated, reason = "it is about old things")]
    #[must_use]
    pub fn takes_old(old: Older) -> Older {
        old
    }

    /// Expects what its signature does.
    #[memoize(skip(LOUD))]
    #[expect(deprecated, non_snake_case, reason = "it is about old things")]
    #[must_use]
    pub fn expects_old(old: Older, LOUD: u32) -> u32 {
        old.0.wrapping_add(LOUD)
    }

    /// Names a lifetime.
    #[memoize]
    #[must_use]
    pub fn longest<'a>(first: &'a str, second: &'a str) -> usize {
        let longest: &'a str = if first.len() > second.len() {
            first
        } else {
            second
        };
        longest.len()
    }

    /// Consumes what its items name.
    ///
    /// # Errors
    ///
    /// Never.
    #[invalidates(parse(&name, name), takes_shop(shop), add(pair.0, 1), |written| page(*written))]
    pub async fn consume(
        name: String,
        shop: Shop,
        pair: (i64, i64),
    ) -> Result<u64, Box<dyn Error>> {
        drop((name, pair));
        ready(()).await;
        Ok(shop.region.into())
    }

    /// Takes a shop.
    #[memoize]
    #[must_use]
    pub fn takes_shop(shop: Shop) -> u32 {
        shop.region
    }

    /// Shortens on the way to the key.
    #[memoize(key = text.to_lowercase().as_str())]
    #[must_use]
    pub fn lower(text: &str) -> String {
        text.to_lowercase()
    }

    /// Is generic.
    #[memoize]
    #[must_use]
    pub fn filled<const N: usize, T>(with: T) -> [T; N]
    where
        T: Copy + Hash + Eq + Send + Sync + 'static,
    {
        [with; N]
    }

    /// Takes what it is given.
    #[memoize(key = id.to_string())]
    pub fn displayed(id: impl Display, log: impl Fn(&str)) -> String {
        let text = id.to_string();
        log(&text);
        text
    }

    /// Changes, whatever happens.
    ///
    /// # Errors
    ///
    /// If the text is no number.
    #[invalidates(add, page(id), on = always)]
    pub fn write_always(id: u64, text: &str) -> Result<u32, ParseIntError> {
        let number = text.parse()?;
        drop(page(id));
        Ok(number)
    }

    /// Changes, and returns what has no name.
    #[invalidates(add(a, 1), route("/users/{a}"))]
    pub fn write_opaque(a: i64) -> impl Display {
        a
    }

    /// Changes nothing that is returned.
    #[invalidates(warm(a))]
    pub fn write_nothing(a: u32) {
        if a > 5 {
            return;
        }
        warm(a);
    }

    /// Changes.
    ///
    /// # Errors
    ///
    /// Never.
    #[invalidates(add(a, 1), page(7), report, |written| parse(written, String::new()))]
    pub async fn write(a: i64) -> Result<String, String> {
        ready(()).await;
        Ok(a.to_string())
    }

    /// Prices.
    pub trait Prices {
        /// Says the price.
        fn listed(&self, sku: u32) -> u32;
    }

    impl Prices for Shop {
        #[memoize(helpers = false)]
        fn listed(&self, sku: u32) -> u32 {
            self.region.wrapping_add(sku)
        }
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
            self.region.wrapping_add(u32::from(sku.is_empty()))
        }

        /// Counts.
        #[memoize]
        #[must_use]
        pub fn count<T: Copy + Hash + Eq + Send + Sync + 'static>(&self, of: T) -> usize {
            size_of_val(&of).wrapping_add(self.region as usize)
        }

        /// Raises.
        #[invalidates(self.price(sku))]
        pub fn raise(&mut self, sku: &str) {
            self.region = self.region.wrapping_add(u32::from(sku.is_empty()));
        }
    }
}

#[test]
fn the_functions_work() {
    use api::{Prices as _, Shop, add, invalidate_add, page, report};

    assert_eq!(
        (add(1, 2), page(7), report()),
        (3, "7".to_owned(), "report"),
        "they compute"
    );
    assert!(invalidate_add(1, 2).existed(), "it was stored");
    assert_eq!(api::parse("7", String::new()), Ok(7), "it parses");
    let mut shop = Shop::new(1);
    assert_eq!((shop.price("a"), shop.count(1_u8)), (1, 2), "they compute");
    shop.raise("a");
    assert_eq!(shop.peek_price("a"), None, "it was invalidated");
    assert_eq!(
        (shop.listed(1), api::filled::<2, _>(1_u8)),
        (2, [1, 1]),
        "they compute"
    );
    assert_eq!(api::displayed(1_u8, |_| ()), "1", "it computes");
    assert_eq!(
        (api::inlined_too((1, 2), 3), api::expecting("a".to_owned())),
        (4, 1),
        "they compute"
    );
    let written = api::write_always(7, "x");
    assert!(
        written.is_err() && api::peek_page(7).is_none(),
        "whatever happens"
    );
    assert_eq!(api::write_opaque(1).to_string(), "1", "it can be shown");
    api::write_nothing(1);
    assert_eq!(api::peek_warm(1), None, "it was invalidated");
}
