#[allow(clippy::used_underscore_binding)]
fn greet(
    user: &User,
    language: Language,
    __cache_arg2: (u8, u8),
) -> Result<String, Failed> {
    let __cache_door = __cache_of_greet();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    let mut __cache_seat = match (
        ::cache_runtime::__private::check_key(
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
        ),
        (
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(__cache_key1).__cache_part(),
            ),
            (),
        ),
    ) {
        __cache_key => {
            match ::cache_runtime::__private::Door::hit(
                &__cache_door,
                __cache_ask,
                &__cache_key,
            ) {
                ::core::option::Option::Some(__cache_hit) => {
                    ::cache_runtime::__private::Found::Hit(__cache_hit)
                }
                ::core::option::Option::None => {
                    ::cache_runtime::__private::Door::enter(
                        &__cache_door,
                        __cache_ask,
                        __cache_key,
                    )
                }
            }
        }
    };
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.value;
    }
    ::cache_runtime::__private::Found::fill(
            &mut __cache_seat,
            move || uncached_greet(user, language, __cache_arg2),
        )
        .value
}
///Drops the entry of [`greet`] for these arguments.
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
fn invalidate_greet(user: &User, language: Language) -> ::cache_runtime::Invalidation {
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    ::cache_runtime::__private::Door::invalidate(
        &__cache_of_greet(),
        (
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
            (::cache_runtime::__private::Way::of(__cache_key1).__cache_part(), ()),
        ),
    )
}
///Drops every entry of [`greet`].
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
fn invalidate_all_greet() -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate_all(&__cache_of_greet())
}
///Runs [`greet`] now and replaces its entry for these arguments.
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
fn refresh_greet(
    user: &User,
    language: Language,
    __cache_arg2: (u8, u8),
) -> Result<String, Failed> {
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    let mut __cache_seat = ::cache_runtime::__private::Door::refresh(
        &__cache_of_greet(),
        (
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
            (::cache_runtime::__private::Way::of(__cache_key1).__cache_part(), ()),
        ),
    );
    ::cache_runtime::__private::Seat::fill(
            &mut __cache_seat,
            move || uncached_greet(user, language, __cache_arg2),
        )
        .value
}
///Shows the live value that [`greet`] would return, without running it and without counting a hit.
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
fn peek_greet(
    user: &User,
    language: Language,
) -> ::core::option::Option<
    ::cache_runtime::__private::ValueOf<Result<String, Failed>>,
> {
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    ::cache_runtime::__private::Door::peek::<
        ::cache_runtime::__private::AsValue,
        _,
    >(
        &__cache_of_greet(),
        (
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
            (::cache_runtime::__private::Way::of(__cache_key1).__cache_part(), ()),
        ),
    )
}
///Stores a value for [`greet`] to return.
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
fn put_greet(
    user: &User,
    language: Language,
    value: ::cache_runtime::__private::ValueOf<Result<String, Failed>>,
) -> () {
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    ::cache_runtime::__private::Door::put::<
        ::cache_runtime::__private::AsValue,
        _,
    >(
        &__cache_of_greet(),
        (
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
            (::cache_runtime::__private::Way::of(__cache_key1).__cache_part(), ()),
        ),
        value,
        |_| (),
    )
}
///Calls [`greet`] and says where its result came from, and how old it is.
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
fn detailed_greet(
    user: &User,
    language: Language,
    __cache_arg2: (u8, u8),
) -> ::cache_runtime::Detailed<Result<String, Failed>> {
    let __cache_door = __cache_of_greet();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
    let __cache_key0 = &(user.id);
    let __cache_key1 = &(language);
    let mut __cache_seat = ::cache_runtime::__private::Door::enter(
        &__cache_door,
        __cache_ask,
        (
            ::cache_runtime::__private::Way::of(__cache_key0).__cache_part(),
            (::cache_runtime::__private::Way::of(__cache_key1).__cache_part(), ()),
        ),
    );
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.detail();
    }
    ::cache_runtime::__private::Found::fill(
        &mut __cache_seat,
        move || uncached_greet(user, language, __cache_arg2),
    )
}
///Reads the counters of [`greet`] in this process.
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
fn stats_greet() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&__cache_of_greet())
}
///Runs [`greet`] as it is written, without the cache.
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
fn uncached_greet(
    #[allow(unused_variables)]
    user: &User,
    #[allow(unused_variables)]
    language: Language,
    (_a, _b): (u8, u8),
) -> Result<String, Failed> {
    hello(user, language)
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
fn __cache_of_greet() -> ::cache_runtime::__private::Door<
    Result<String, Failed>,
    impl ::cache_runtime::__private::Kind<Result<String, Failed>>,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "greet",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 6983014643318674450u64,
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<Result<String, Failed>>::new()
            .__cache_value(),
    );
    ::cache_runtime::__private::check_error(
        ::cache_runtime::__private::Probe::<Result<String, Failed>>::new()
            .__cache_error(),
    );
    ::cache_runtime::__private::check_fallible::<Result<String, Failed>>();
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<Result<String, Failed>>::new()
                .__cache_keeping(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| __cache_setup.err_timeout(TTL),
        &|| (),
    )
}
