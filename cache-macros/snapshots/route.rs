#[allow(clippy::used_underscore_binding)]
fn user_page(__cache_arg0: Path<u64>, page: Page) -> String {
    let __cache_door = __cache_of_user_page();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    let mut __cache_seat = match ::cache_runtime::__private::route(|__cache_text| {
        ::cache_runtime::__private::Route::text(__cache_text, "/users/");
        ::cache_runtime::__private::Route::part(__cache_text, &id);
        ::cache_runtime::__private::Route::text(__cache_text, "/");
        ::cache_runtime::__private::Route::part(__cache_text, &page.number);
    }) {
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
            move || uncached_user_page(__cache_arg0, page),
        )
        .value
}
///Drops the entry of [`user_page`] for these arguments.
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
fn invalidate_user_page(
    __cache_arg0: Path<u64>,
    page: Page,
) -> ::cache_runtime::Invalidation {
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    ::cache_runtime::__private::Door::invalidate(
        &__cache_of_user_page(),
        ::cache_runtime::__private::route(|__cache_text| {
            ::cache_runtime::__private::Route::text(__cache_text, "/users/");
            ::cache_runtime::__private::Route::part(__cache_text, &id);
            ::cache_runtime::__private::Route::text(__cache_text, "/");
            ::cache_runtime::__private::Route::part(__cache_text, &page.number);
        }),
    )
}
///Drops every entry of [`user_page`].
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
fn invalidate_all_user_page() -> ::cache_runtime::Invalidation {
    ::cache_runtime::__private::Door::invalidate_all(&__cache_of_user_page())
}
///Runs [`user_page`] now and replaces its entry for these arguments.
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
fn refresh_user_page(__cache_arg0: Path<u64>, page: Page) -> String {
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    let mut __cache_seat = ::cache_runtime::__private::Door::refresh(
        &__cache_of_user_page(),
        ::cache_runtime::__private::route(|__cache_text| {
            ::cache_runtime::__private::Route::text(__cache_text, "/users/");
            ::cache_runtime::__private::Route::part(__cache_text, &id);
            ::cache_runtime::__private::Route::text(__cache_text, "/");
            ::cache_runtime::__private::Route::part(__cache_text, &page.number);
        }),
    );
    ::cache_runtime::__private::Seat::fill(
            &mut __cache_seat,
            move || uncached_user_page(__cache_arg0, page),
        )
        .value
}
///Shows the live value that [`user_page`] would return, without running it and without counting a hit.
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
fn peek_user_page(
    __cache_arg0: Path<u64>,
    page: Page,
) -> ::core::option::Option<String> {
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    ::cache_runtime::__private::Door::peek::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_user_page(),
        ::cache_runtime::__private::route(|__cache_text| {
            ::cache_runtime::__private::Route::text(__cache_text, "/users/");
            ::cache_runtime::__private::Route::part(__cache_text, &id);
            ::cache_runtime::__private::Route::text(__cache_text, "/");
            ::cache_runtime::__private::Route::part(__cache_text, &page.number);
        }),
    )
}
///Stores a value for [`user_page`] to return.
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
fn put_user_page(__cache_arg0: Path<u64>, page: Page, value: String) -> () {
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    ::cache_runtime::__private::Door::put::<
        ::cache_runtime::__private::AsWhole,
        _,
    >(
        &__cache_of_user_page(),
        ::cache_runtime::__private::route(|__cache_text| {
            ::cache_runtime::__private::Route::text(__cache_text, "/users/");
            ::cache_runtime::__private::Route::part(__cache_text, &id);
            ::cache_runtime::__private::Route::text(__cache_text, "/");
            ::cache_runtime::__private::Route::part(__cache_text, &page.number);
        }),
        value,
        |_| (),
    )
}
///Calls [`user_page`] and says where its result came from, and how old it is.
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
fn detailed_user_page(
    __cache_arg0: Path<u64>,
    page: Page,
) -> ::cache_runtime::Detailed<String> {
    let __cache_door = __cache_of_user_page();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
    #[allow(unused_variables)]
    let Path(id) = &__cache_arg0;
    let mut __cache_seat = ::cache_runtime::__private::Door::enter(
        &__cache_door,
        __cache_ask,
        ::cache_runtime::__private::route(|__cache_text| {
            ::cache_runtime::__private::Route::text(__cache_text, "/users/");
            ::cache_runtime::__private::Route::part(__cache_text, &id);
            ::cache_runtime::__private::Route::text(__cache_text, "/");
            ::cache_runtime::__private::Route::part(__cache_text, &page.number);
        }),
    );
    if let ::cache_runtime::__private::Found::Hit(__cache_hit) = __cache_seat {
        return __cache_hit.detail();
    }
    ::cache_runtime::__private::Found::fill(
        &mut __cache_seat,
        move || uncached_user_page(__cache_arg0, page),
    )
}
///Reads the counters of [`user_page`] in this process.
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
fn stats_user_page() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&__cache_of_user_page())
}
///Runs [`user_page`] as it is written, without the cache.
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
fn uncached_user_page(
    #[allow(unused_variables)]
    Path(id): Path<u64>,
    #[allow(unused_variables)]
    page: Page,
) -> String {
    render(id, page)
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
fn __cache_of_user_page() -> ::cache_runtime::__private::Door<
    String,
    impl ::cache_runtime::__private::Kind<String>,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "user_page",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 17322333940736513873u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ::cache_runtime::__private::Code::of(&
            ::cache_runtime::__private::Stow::of(& ::cache_runtime::__private::Probe:: <
            String > ::new().__cache_kind()).__cache_stow()).__cache_coding()
            .is_none_or(| __cache_coding | ! __cache_coding.is_shared()) {
            __cache_report("its result, `String`"); } }
        ),
        routed: true,
        timeout: ::core::option::Option::Some(
            ::cache_runtime::__private::Declared::After(5000000000u64),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<String>::new().__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<String>::new().__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| {
            __cache_setup.timeout(::cache_runtime::__private::nanos(5000000000u64))
        },
        &|| (),
    )
}
