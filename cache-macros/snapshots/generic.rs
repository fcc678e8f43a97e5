fn size<T: 'static, const N: usize>(times: usize) -> usize
where
    T: Copy,
{
    let __cache_door = __cache_of_size::<T, N>();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    if let ::core::option::Option::Some(__cache_hit) = ::cache_runtime::__private::Door::hit(
        &__cache_door,
        __cache_ask,
        &(
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(&times).__cache_part(),
            ),
            (),
        ),
    ) {
        return __cache_hit.value;
    }
    ::cache_runtime::__private::slowly(move || {
        let __cache_door = __cache_of_size::<T, N>();
        let __cache_ask = { ::cache_runtime::__private::Ask::new() };
        let mut __cache_seat = ::cache_runtime::__private::Door::enter(
            &__cache_door,
            __cache_ask,
            (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
        );
        if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
            return __cache_hit.value;
        }
        ::cache_runtime::__private::Found::fill(
                &mut __cache_seat,
                move || uncached_size::<T, N>(times),
            )
            .value
    })
}
///Drops the entry of [`size`] for these arguments.
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
fn invalidate_size<T: 'static, const N: usize>(
    times: usize,
) -> ::cache_runtime::Invalidation
where
    T: Copy,
{
    ::cache_runtime::__private::Door::invalidate(
        &__cache_of_size::<T, N>(),
        (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
    )
}
///Drops every entry of [`size`].
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
fn invalidate_all_size<T: 'static, const N: usize>() -> ::cache_runtime::Invalidation
where
    T: Copy,
{
    ::cache_runtime::__private::Door::invalidate_all(&__cache_of_size::<T, N>())
}
///Runs [`size`] now and replaces its entry for these arguments.
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
fn refresh_size<T: 'static, const N: usize>(times: usize) -> usize
where
    T: Copy,
{
    let mut __cache_seat = ::cache_runtime::__private::Door::refresh(
        &__cache_of_size::<T, N>(),
        (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
    );
    ::cache_runtime::__private::Seat::fill(
            &mut __cache_seat,
            move || uncached_size::<T, N>(times),
        )
        .value
}
///Shows the live value that [`size`] would return, without running it and without counting a hit.
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
fn peek_size<T: 'static, const N: usize>(times: usize) -> ::core::option::Option<usize>
where
    T: Copy,
{
    ::cache_runtime::__private::Door::peek::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_size::<T, N>(),
        (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
    )
}
///Stores a value for [`size`] to return.
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
fn put_size<T: 'static, const N: usize>(times: usize, value: usize) -> ()
where
    T: Copy,
{
    ::cache_runtime::__private::Door::put::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_size::<T, N>(),
        (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
        value,
        |_| (),
    )
}
///Calls [`size`] and says where its result came from, and how old it is.
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
fn detailed_size<T: 'static, const N: usize>(
    times: usize,
) -> ::cache_runtime::Detailed<usize>
where
    T: Copy,
{
    let __cache_door = __cache_of_size::<T, N>();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
    let mut __cache_seat = ::cache_runtime::__private::Door::enter(
        &__cache_door,
        __cache_ask,
        (::cache_runtime::__private::Way::of(&times).__cache_part(), ()),
    );
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.detail();
    }
    ::cache_runtime::__private::Found::fill(
        &mut __cache_seat,
        move || uncached_size::<T, N>(times),
    )
}
///Reads the counters of [`size`] in this process.
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
fn stats_size<T: 'static, const N: usize>() -> ::cache_runtime::Stats
where
    T: Copy,
{
    ::cache_runtime::__private::Door::stats(&__cache_of_size::<T, N>())
}
///Runs [`size`] as it is written, without the cache.
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
fn uncached_size<T: 'static, const N: usize>(times: usize) -> usize
where
    T: Copy,
{
    size_of::<[T; N]>() * times
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
fn __cache_of_size<T: 'static, const N: usize>() -> ::cache_runtime::__private::Door<
    usize,
    impl ::cache_runtime::__private::Kind<usize>,
>
where
    T: Copy,
{
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "size",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 11192499240445253761u64,
        version: ::core::option::Option::Some(3u64),
        max_entries: ::core::option::Option::Some(
            ::cache_runtime::__private::Bound::Unbounded,
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<usize>::new().__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<usize>::new().__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| __cache_setup.unbounded(),
        &|| (),
    )
}
