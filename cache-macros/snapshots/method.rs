fn price(&self, sku: &str) -> u64 {
    let __cache_door = Self::__cache_of_price();
    let __cache_ask = { ::cache_runtime::__private::Ask::new().unless(sku.is_empty()) };
    if let ::core::option::Option::Some(__cache_hit) = ::cache_runtime::__private::Door::hit(
        &__cache_door,
        __cache_ask,
        &(
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(&self).__cache_part(),
            ),
            (
                ::cache_runtime::__private::check_key(
                    ::cache_runtime::__private::Way::of(&sku).__cache_part(),
                ),
                (),
            ),
        ),
    ) {
        return __cache_hit.value;
    }
    ::cache_runtime::__private::slowly(move || {
        let __cache_door = Self::__cache_of_price();
        let mut __cache_seat = ::cache_runtime::__private::Door::enter(
            &__cache_door,
            __cache_ask,
            (
                ::cache_runtime::__private::Way::of(&self).__cache_part(),
                (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
            ),
        );
        if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
            return __cache_hit.value;
        }
        ::cache_runtime::__private::Found::fill(
                &mut __cache_seat,
                move || Self::uncached_price(self, sku),
            )
            .value
    })
}
///Drops the entry of [`Self::price`] for these arguments.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn invalidate_price(&self, sku: &str) -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate(
        &Self::__cache_of_price(),
        (
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
            (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
        ),
    )
}
///Drops every entry of [`Self::price`].
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn invalidate_all_price() -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate_all(&Self::__cache_of_price())
}
///Runs [`Self::price`] now and replaces its entry for these arguments.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn refresh_price(&self, sku: &str) -> u64 {
    let mut __cache_seat = ::cache_runtime::__private::Door::refresh(
        &Self::__cache_of_price(),
        (
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
            (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
        ),
    );
    ::cache_runtime::__private::Seat::fill(
            &mut __cache_seat,
            move || Self::uncached_price(self, sku),
        )
        .value
}
///Shows the live value that [`Self::price`] would return, without running it and without counting a hit.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn peek_price(&self, sku: &str) -> ::core::option::Option<u64> {
    ::cache_runtime::__private::Door::peek::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &Self::__cache_of_price(),
        (
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
            (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
        ),
    )
}
///Stores a value for [`Self::price`] to return.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn put_price(&self, sku: &str, value: u64) -> () {
    ::cache_runtime::__private::Door::put::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &Self::__cache_of_price(),
        (
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
            (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
        ),
        value,
        |_| (),
    )
}
///Calls [`Self::price`] and says where its result came from, and how old it is.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn detailed_price(&self, sku: &str) -> ::cache_runtime::Detailed<u64> {
    let __cache_door = Self::__cache_of_price();
    let __cache_ask = { ::cache_runtime::__private::Ask::new().unless(sku.is_empty()) };
    let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
    let mut __cache_seat = ::cache_runtime::__private::Door::enter(
        &__cache_door,
        __cache_ask,
        (
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
            (::cache_runtime::__private::Way::of(&sku).__cache_part(), ()),
        ),
    );
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.detail();
    }
    ::cache_runtime::__private::Found::fill(
        &mut __cache_seat,
        move || Self::uncached_price(self, sku),
    )
}
///Reads the counters of [`Self::price`] in this process.
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn stats_price() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&Self::__cache_of_price())
}
///Runs [`Self::price`] as it is written, without the cache.
#[allow(
    dead_code,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::missing_safety_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::too_many_arguments,
    clippy::missing_const_for_fn,
    clippy::missing_inline_in_public_items,
    clippy::new_ret_no_self,
    clippy::should_implement_trait,
    clippy::wrong_self_convention,
)]
fn uncached_price(&self, #[allow(unused_variables)] sku: &str) -> u64 {
    self.prices[sku]
}
#[doc(hidden)]
#[allow(
    dead_code,
    unused,
    unused_lifetimes,
    single_use_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
fn __cache_of_price() -> ::cache_runtime::__private::Door<
    u64,
    impl ::cache_runtime::__private::Kind<u64>,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "price",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 5268493288564467920u64,
        in_process: &["max_entries"],
        max_entries: ::core::option::Option::Some(
            ::cache_runtime::__private::Bound::Expression("Self :: MOST"),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<u64>::new().__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<u64>::new().__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| __cache_setup.max_entries(Self::MOST),
        &|| (),
    )
}
