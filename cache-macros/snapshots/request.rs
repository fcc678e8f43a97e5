#[allow(clippy::used_underscore_binding)]
async fn users(__cache_arg0: State<Db>, __cache_arg1: Query<Page>) -> String {
    let __cache_door = __cache_of_users();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_visitor = ::cache_runtime::__private::Visitor::here(
        &__cache_door,
        true
            && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                .__cache_sees()
                .__cache_plain()
            && ::cache_runtime::__private::Sees::of(&__cache_arg1)
                .__cache_sees()
                .__cache_plain(),
    );
    ::cache_runtime::__private::check_anonymous(
        ::cache_runtime::__private::Sees::of(&__cache_arg0).__cache_sees(),
    );
    ::cache_runtime::__private::check_anonymous(
        ::cache_runtime::__private::Sees::of(&__cache_arg1).__cache_sees(),
    );
    let __cache_ask = ::cache_runtime::__private::Visitor::ask(
        &__cache_visitor,
        __cache_ask,
    );
    let mut __cache_seat = match match &__cache_visitor {
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
                    ::cache_runtime::__private::Door::enter_async(
                            &__cache_door,
                            __cache_ask,
                            __cache_key,
                        )
                        .await
                }
            }
        }
    } {
        ::cache_runtime::__private::Found::Hit(__cache_hit) => return __cache_hit.value,
        ::cache_runtime::__private::Found::Miss(__cache_seat) => __cache_seat,
    };
    ::cache_runtime::__private::Seat::tag(
        &mut __cache_seat,
        |__cache_text| {
            ::cache_runtime::__private::Visitor::tag(&__cache_visitor, __cache_text);
        },
    );
    ::cache_runtime::__private::Seat::fill_async(
            &mut __cache_seat,
            uncached_users(__cache_arg0, __cache_arg1),
        )
        .await
        .value
}
///Drops the entry of [`users`] for these arguments.
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
fn invalidate_users(
    path: &str,
) -> impl ::core::future::Future<Output = ::cache_runtime::Invalidation> {
    async move {
        ::cache_runtime::__private::invalidate_path_async(&__cache_of_users(), path)
            .await
    }
}
///Drops every entry of [`users`].
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
fn invalidate_all_users() -> impl ::core::future::Future<
    Output = ::cache_runtime::Invalidation,
> {
    async move {
        ::cache_runtime::__private::Door::invalidate_all_async(&__cache_of_users()).await
    }
}
///Runs [`users`] now and replaces its entry for these arguments.
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
fn refresh_users(
    __cache_arg0: State<Db>,
    __cache_arg1: Query<Page>,
) -> impl ::core::future::Future<Output = String> {
    async move {
        let __cache_visitor = ::cache_runtime::__private::Visitor::here(
            &__cache_of_users(),
            true
                && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                    .__cache_sees()
                    .__cache_plain()
                && ::cache_runtime::__private::Sees::of(&__cache_arg1)
                    .__cache_sees()
                    .__cache_plain(),
        );
        let mut __cache_seat = ::cache_runtime::__private::Door::refresh_async(
                &__cache_of_users(),
                &__cache_visitor,
            )
            .await;
        ::cache_runtime::__private::Seat::tag(
            &mut __cache_seat,
            |__cache_text| {
                ::cache_runtime::__private::Visitor::tag(&__cache_visitor, __cache_text);
            },
        );
        ::cache_runtime::__private::Seat::fill_async(
                &mut __cache_seat,
                uncached_users(__cache_arg0, __cache_arg1),
            )
            .await
            .value
    }
}
///Shows the live value that [`users`] would return, without running it and without counting a hit.
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
fn peek_users(
    path: &str,
) -> impl ::core::future::Future<Output = ::core::option::Option<String>> {
    async move {
        ::cache_runtime::__private::peek_path_async::<
            ::cache_runtime::__private::AsWhole,
            _,
            _,
        >(&__cache_of_users(), path)
            .await
    }
}
///Stores a value for [`users`] to return.
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
fn put_users(path: &str, value: String) -> impl ::core::future::Future<Output = ()> {
    async move {
        ::cache_runtime::__private::put_path_async::<
            ::cache_runtime::__private::AsWhole,
            _,
            _,
        >(&__cache_of_users(), path, value, |__cache_text| {})
            .await
    }
}
///Calls [`users`] and says where its result came from, and how old it is.
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
fn detailed_users(
    __cache_arg0: State<Db>,
    __cache_arg1: Query<Page>,
) -> impl ::core::future::Future<Output = ::cache_runtime::Detailed<String>> {
    async move {
        let __cache_door = __cache_of_users();
        let __cache_ask = { ::cache_runtime::__private::Ask::new() };
        let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
        let __cache_visitor = ::cache_runtime::__private::Visitor::here(
            &__cache_door,
            true
                && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                    .__cache_sees()
                    .__cache_plain()
                && ::cache_runtime::__private::Sees::of(&__cache_arg1)
                    .__cache_sees()
                    .__cache_plain(),
        );
        let __cache_ask = ::cache_runtime::__private::Visitor::ask(
            &__cache_visitor,
            __cache_ask,
        );
        let mut __cache_seat = match ::cache_runtime::__private::Door::enter_async(
                &__cache_door,
                __cache_ask,
                &__cache_visitor,
            )
            .await
        {
            ::cache_runtime::__private::Found::Hit(__cache_hit) => {
                return __cache_hit.detail();
            }
            ::cache_runtime::__private::Found::Miss(__cache_seat) => __cache_seat,
        };
        ::cache_runtime::__private::Seat::tag(
            &mut __cache_seat,
            |__cache_text| {
                ::cache_runtime::__private::Visitor::tag(&__cache_visitor, __cache_text);
            },
        );
        ::cache_runtime::__private::Seat::fill_async(
                &mut __cache_seat,
                uncached_users(__cache_arg0, __cache_arg1),
            )
            .await
    }
}
///Reads the counters of [`users`] in this process.
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
fn stats_users() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&__cache_of_users())
}
///Runs [`users`] as it is written, without the cache.
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
async fn uncached_users(State(db): State<Db>, Query(page): Query<Page>) -> String {
    db.users(page).await
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
fn __cache_of_users() -> ::cache_runtime::__private::Door<
    String,
    impl ::cache_runtime::__private::Kind<String>,
> {
    static __CACHE_REQUESTS: ::cache_runtime::__private::Requests = ::cache_runtime::__private::Requests::new()
        .keyed()
        .query_only(&["page"])
        .vary(&["accept-language"]);
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "users",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 1435150767149189928u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ::cache_runtime::__private::Code::of(&
            ::cache_runtime::__private::Stow::of(& ::cache_runtime::__private::Probe:: <
            String > ::new().__cache_kind()).__cache_stow()).__cache_coding()
            .is_none_or(| __cache_coding | ! __cache_coding.is_shared()) {
            __cache_report("its result, `String`"); } }
        ),
        requests: ::core::option::Option::Some(&__CACHE_REQUESTS),
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
