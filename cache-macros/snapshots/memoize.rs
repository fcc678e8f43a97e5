/// Adds.
pub fn add(a: i64, b: i64) -> i64 {
    let __cache_door = __cache_of_add();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    if let ::core::option::Option::Some(__cache_hit) = ::cache_runtime::__private::Door::hit(
        &__cache_door,
        __cache_ask,
        &(
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(&a).__cache_part(),
            ),
            (
                ::cache_runtime::__private::check_key(
                    ::cache_runtime::__private::Way::of(&b).__cache_part(),
                ),
                (),
            ),
        ),
    ) {
        return __cache_hit.value;
    }
    ::cache_runtime::__private::slowly(move || {
        let __cache_door = __cache_of_add();
        let __cache_ask = { ::cache_runtime::__private::Ask::new() };
        let mut __cache_seat = ::cache_runtime::__private::Door::enter(
            &__cache_door,
            __cache_ask,
            (
                ::cache_runtime::__private::Way::of(&a).__cache_part(),
                (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
            ),
        );
        if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
            return __cache_hit.value;
        }
        ::cache_runtime::__private::Found::fill(
                &mut __cache_seat,
                move || uncached_add(a, b),
            )
            .value
    })
}
///Drops the entry of [`add`] for these arguments.
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
pub fn invalidate_add(a: i64, b: i64) -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate(
        &__cache_of_add(),
        (
            ::cache_runtime::__private::Way::of(&a).__cache_part(),
            (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
        ),
    )
}
///Drops every entry of [`add`].
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
pub fn invalidate_all_add() -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate_all(&__cache_of_add())
}
///Runs [`add`] now and replaces its entry for these arguments.
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
pub fn refresh_add(a: i64, b: i64) -> i64 {
    let mut __cache_seat = ::cache_runtime::__private::Door::refresh(
        &__cache_of_add(),
        (
            ::cache_runtime::__private::Way::of(&a).__cache_part(),
            (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
        ),
    );
    ::cache_runtime::__private::Seat::fill(&mut __cache_seat, move || uncached_add(a, b))
        .value
}
///Shows the live value that [`add`] would return, without running it and without counting a hit.
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
pub fn peek_add(a: i64, b: i64) -> ::core::option::Option<i64> {
    ::cache_runtime::__private::Door::peek::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_add(),
        (
            ::cache_runtime::__private::Way::of(&a).__cache_part(),
            (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
        ),
    )
}
///Stores a value for [`add`] to return.
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
pub fn put_add(a: i64, b: i64, value: i64) -> () {
    ::cache_runtime::__private::Door::put::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_add(),
        (
            ::cache_runtime::__private::Way::of(&a).__cache_part(),
            (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
        ),
        value,
        |_| (),
    )
}
///Calls [`add`] and says where its result came from, and how old it is.
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
pub fn detailed_add(a: i64, b: i64) -> ::cache_runtime::Detailed<i64> {
    let __cache_door = __cache_of_add();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
    let mut __cache_seat = ::cache_runtime::__private::Door::enter(
        &__cache_door,
        __cache_ask,
        (
            ::cache_runtime::__private::Way::of(&a).__cache_part(),
            (::cache_runtime::__private::Way::of(&b).__cache_part(), ()),
        ),
    );
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.detail();
    }
    ::cache_runtime::__private::Found::fill(
        &mut __cache_seat,
        move || uncached_add(a, b),
    )
}
///Reads the counters of [`add`] in this process.
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
pub fn stats_add() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&__cache_of_add())
}
///Runs [`add`] as it is written, without the cache.
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
pub fn uncached_add(a: i64, b: i64) -> i64 {
    a + b
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
fn __cache_of_add() -> ::cache_runtime::__private::Door<
    i64,
    impl ::cache_runtime::__private::Kind<i64>,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "add",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 18198511810017234901u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ! ::cache_runtime::__private::Wire:: < i64 > ::ask()
            .__cache_wire().is_shared() { __cache_report("`a : i64`"); } if !
            ::cache_runtime::__private::Wire:: < i64 > ::ask().__cache_wire().is_shared()
            { __cache_report("`b : i64`"); } if ::cache_runtime::__private::Code::of(&
            ::cache_runtime::__private::Stow::of(& ::cache_runtime::__private::Probe:: <
            i64 > ::new().__cache_kind()).__cache_stow()).__cache_coding().is_none_or(|
            __cache_coding | ! __cache_coding.is_shared()) {
            __cache_report("its result, `i64`"); } }
        ),
        timeout: ::core::option::Option::Some(
            ::cache_runtime::__private::Declared::After(60000000000u64),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<i64>::new().__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<i64>::new().__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| {
            __cache_setup.timeout(::cache_runtime::__private::nanos(60000000000u64))
        },
        &|| (),
    )
}
