async fn user(db: &Db, id: u64) -> Result<User, DbError> {
    let __cache_door = __cache_of_user();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let mut __cache_seat = match match (
        ::cache_runtime::__private::check_key(
            ::cache_runtime::__private::Way::of(&id).__cache_part(),
        ),
        (),
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
    ::cache_runtime::__private::Seat::fill_async(
            &mut __cache_seat,
            uncached_user(db, id),
        )
        .await
        .value
}
///Drops the entry of [`user`] for these arguments.
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
fn invalidate_user(
    id: u64,
) -> impl ::core::future::Future<Output = ::cache_runtime::Invalidation> {
    async move {
        ::cache_runtime::__private::Door::invalidate_async(
                &__cache_of_user(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
            .await
    }
}
///Drops every entry of [`user`].
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
fn invalidate_all_user() -> impl ::core::future::Future<
    Output = ::cache_runtime::Invalidation,
> {
    async move {
        ::cache_runtime::__private::Door::invalidate_all_async(&__cache_of_user()).await
    }
}
///Runs [`user`] now and replaces its entry for these arguments.
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
fn refresh_user(
    db: &Db,
    id: u64,
) -> impl ::core::future::Future<Output = Result<User, DbError>> {
    async move {
        let mut __cache_seat = ::cache_runtime::__private::Door::refresh_async(
                &__cache_of_user(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
            .await;
        ::cache_runtime::__private::Seat::fill_async(
                &mut __cache_seat,
                uncached_user(db, id),
            )
            .await
            .value
    }
}
///Shows the live value that [`user`] would return, without running it and without counting a hit.
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
fn peek_user(
    id: u64,
) -> impl ::core::future::Future<
    Output = ::core::option::Option<
        ::cache_runtime::__private::ValueOf<Result<User, DbError>>,
    >,
> {
    async move {
        ::cache_runtime::__private::Door::peek_async::<
            ::cache_runtime::__private::AsValue,
            _,
        >(
                &__cache_of_user(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
            .await
    }
}
///Stores a value for [`user`] to return.
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
fn put_user(
    id: u64,
    value: ::cache_runtime::__private::ValueOf<Result<User, DbError>>,
) -> impl ::core::future::Future<Output = ()> {
    async move {
        ::cache_runtime::__private::Door::put_async::<
            ::cache_runtime::__private::AsValue,
            _,
        >(
                &__cache_of_user(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
                value,
                |_| (),
            )
            .await
    }
}
///Calls [`user`] and says where its result came from, and how old it is.
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
fn detailed_user(
    db: &Db,
    id: u64,
) -> impl ::core::future::Future<
    Output = ::cache_runtime::Detailed<Result<User, DbError>>,
> {
    async move {
        let __cache_door = __cache_of_user();
        let __cache_ask = { ::cache_runtime::__private::Ask::new() };
        let __cache_ask = ::cache_runtime::__private::Ask::dated(__cache_ask);
        let mut __cache_seat = match ::cache_runtime::__private::Door::enter_async(
                &__cache_door,
                __cache_ask,
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
            .await
        {
            ::cache_runtime::__private::Found::Hit(__cache_hit) => {
                return __cache_hit.detail();
            }
            ::cache_runtime::__private::Found::Miss(__cache_seat) => __cache_seat,
        };
        ::cache_runtime::__private::Seat::fill_async(
                &mut __cache_seat,
                uncached_user(db, id),
            )
            .await
    }
}
///Reads the counters of [`user`] in this process.
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
fn stats_user() -> ::cache_runtime::Stats {
    ::cache_runtime::__private::Door::stats(&__cache_of_user())
}
///Runs [`user`] as it is written, without the cache.
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
async fn uncached_user(
    #[allow(unused_variables)]
    db: &Db,
    id: u64,
) -> Result<User, DbError> {
    db.load(id).await
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
fn __cache_of_user() -> ::cache_runtime::__private::Door<
    Result<User, DbError>,
    impl ::cache_runtime::__private::Kind<Result<User, DbError>>,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "user",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 672534789300058222u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ! ::cache_runtime::__private::Wire:: < u64 > ::ask()
            .__cache_wire().is_shared() { __cache_report("`id : u64`"); } if
            ::cache_runtime::__private::Code::of(& ::cache_runtime::__private::Stow::of(&
            ::cache_runtime::__private::Probe:: < Result < User, DbError > > ::new()
            .__cache_kind()).__cache_stow()).__cache_coding().is_none_or(| __cache_coding
            | ! __cache_coding.is_shared()) {
            __cache_report("its result, `Result < User , DbError >`"); } }
        ),
        timeout: ::core::option::Option::Some(
            ::cache_runtime::__private::Declared::After(300000000000u64),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::Probe::<Result<User, DbError>>::new().__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::Probe::<Result<User, DbError>>::new()
                .__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| {
            __cache_setup
                .timeout(::cache_runtime::__private::nanos(300000000000u64))
                .response_filter(|user| user.active)
        },
        &|| (),
    )
}
