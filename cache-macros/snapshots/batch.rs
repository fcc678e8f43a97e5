async fn users(db: &Db, ids: &[u64]) -> Result<HashMap<u64, User>, DbError> {
    let __cache_door = __cache_of_users();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let mut __cache_batch = ::cache_runtime::__private::batch::<
        u64,
        Result<HashMap<u64, User>, DbError>,
        _,
        _,
    >(
        __cache_door,
        __cache_ask,
        ids,
        |__cache_id| (
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(__cache_id).__cache_part(),
            ),
            (),
        ),
    );
    loop {
        let __cache_ids = match ::cache_runtime::__private::Batch::next_async(
                &mut __cache_batch,
            )
            .await
        {
            ::cache_runtime::__private::Next::Run(__cache_ids) => __cache_ids,
            ::cache_runtime::__private::Next::Done(__cache_answer) => {
                return __cache_answer;
            }
        };
        match ::cache_runtime::__private::Batch::fill_async(
                &mut __cache_batch,
                uncached_users(db, &__cache_ids),
            )
            .await
        {
            ::core::option::Option::Some(__cache_answer) => return __cache_answer,
            ::core::option::Option::None => {}
        }
    }
}
///Drops the entry of [`users`] for this id.
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
    id: u64,
) -> impl ::core::future::Future<Output = ::cache_runtime::Invalidation> {
    async move {
        ::cache_runtime::__private::Door::invalidate_async(
                &__cache_of_users(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
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
///Runs [`users`] now and replaces its entries for these ids.
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
    db: &Db,
    ids: &[u64],
) -> impl ::core::future::Future<Output = Result<HashMap<u64, User>, DbError>> {
    async move {
        let __cache_door = __cache_of_users();
        let mut __cache_batch = ::cache_runtime::__private::batch::<
            u64,
            Result<HashMap<u64, User>, DbError>,
            _,
            _,
        >(
            __cache_door,
            ::cache_runtime::__private::Ask::new().forced(true),
            ids,
            |__cache_id| (
                ::cache_runtime::__private::Way::of(__cache_id).__cache_part(),
                (),
            ),
        );
        loop {
            let __cache_ids = match ::cache_runtime::__private::Batch::next_async(
                    &mut __cache_batch,
                )
                .await
            {
                ::cache_runtime::__private::Next::Run(__cache_ids) => __cache_ids,
                ::cache_runtime::__private::Next::Done(__cache_answer) => {
                    return __cache_answer;
                }
            };
            match ::cache_runtime::__private::Batch::fill_async(
                    &mut __cache_batch,
                    uncached_users(db, &__cache_ids),
                )
                .await
            {
                ::core::option::Option::Some(__cache_answer) => return __cache_answer,
                ::core::option::Option::None => {}
            }
        }
    }
}
///Shows the live value that [`users`] would return for this id, without running it and without counting a hit.
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
    id: u64,
) -> impl ::core::future::Future<Output = ::core::option::Option<User>> {
    async move {
        ::cache_runtime::__private::Door::peek_async::<
            ::cache_runtime::__private::AsEach,
            _,
        >(
                &__cache_of_users(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
            )
            .await
    }
}
///Stores a value for [`users`] to return for this id.
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
fn put_users(id: u64, value: User) -> impl ::core::future::Future<Output = ()> {
    async move {
        ::cache_runtime::__private::Door::put_async::<
            ::cache_runtime::__private::AsEach,
            _,
        >(
                &__cache_of_users(),
                (::cache_runtime::__private::Way::of(&id).__cache_part(), ()),
                value,
                |_| (),
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
async fn uncached_users(
    #[allow(unused_variables)]
    db: &Db,
    ids: &[u64],
) -> Result<HashMap<u64, User>, DbError> {
    db.load(ids).await
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
    ::cache_runtime::__private::OneOf<Result<HashMap<u64, User>, DbError>>,
    impl ::cache_runtime::__private::Kind<
        ::cache_runtime::__private::OneOf<Result<HashMap<u64, User>, DbError>>,
    >,
> {
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "users",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 12442888489068567980u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ! ::cache_runtime::__private::Wire:: < u64 > ::ask()
            .__cache_wire().is_shared() { __cache_report("`ids : & [u64]`"); } if
            ::cache_runtime::__private::Code::of(& ::cache_runtime::__private::Stow::of(&
            ::cache_runtime::__private::BatchProbe:: < Result < HashMap < u64, User >,
            DbError > > ::new().__cache_kind()).__cache_stow()).__cache_coding()
            .is_none_or(| __cache_coding | ! __cache_coding.is_shared()) {
            __cache_report("its result, `Result < HashMap < u64 , User > , DbError >`");
            } }
        ),
        timeout: ::core::option::Option::Some(
            ::cache_runtime::__private::Declared::After(300000000000u64),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    ::cache_runtime::__private::check_value(
        ::cache_runtime::__private::BatchProbe::<
            Result<HashMap<u64, User>, DbError>,
        >::new()
            .__cache_value(),
    );
    let __cache_kind = ::cache_runtime::__private::Stow::of(
            &::cache_runtime::__private::BatchProbe::<
                Result<HashMap<u64, User>, DbError>,
            >::new()
                .__cache_kind(),
        )
        .__cache_stow();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| {
            __cache_setup.timeout(::cache_runtime::__private::nanos(300000000000u64))
        },
        &|| (),
    )
}
