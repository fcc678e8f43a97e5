#[allow(clippy::used_underscore_binding)]
async fn user(__cache_arg0: Path<u64>) -> ::cache_runtime::__private::Response {
    let __cache_door = __cache_of_user();
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let __cache_visitor = ::cache_runtime::__private::Visitor::here(
        &__cache_door,
        true
            && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                .__cache_sees()
                .__cache_plain(),
    );
    ::cache_runtime::__private::check_anonymous(
        ::cache_runtime::__private::Sees::of(&__cache_arg0).__cache_sees(),
    );
    let __cache_begun = ::cache_runtime::__private::begin(
        &__cache_door,
        __cache_ask,
        &__cache_visitor,
        &__cache_visitor,
    );
    let __cache_run = match __cache_begun.await {
        ::cache_runtime::__private::Begun::Answer(__cache_answer) => {
            return __cache_answer.value;
        }
        ::cache_runtime::__private::Begun::Run(__cache_run) => __cache_run,
    };
    ::cache_runtime::__private::Run::fill(__cache_run, uncached_user(__cache_arg0))
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
    path: &str,
) -> impl ::core::future::Future<Output = ::cache_runtime::Invalidation> {
    async move {
        ::cache_runtime::__private::invalidate_path_async(&__cache_of_user(), path).await
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
    __cache_arg0: Path<u64>,
) -> impl ::core::future::Future<Output = ::cache_runtime::__private::Response> {
    async move {
        let __cache_door = __cache_of_user();
        let __cache_visitor = ::cache_runtime::__private::Visitor::here(
            &__cache_door,
            true
                && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                    .__cache_sees()
                    .__cache_plain(),
        );
        let __cache_run = ::cache_runtime::__private::refresh_answer(
                &__cache_door,
                &__cache_visitor,
                &__cache_visitor,
            )
            .await;
        ::cache_runtime::__private::Run::fill(__cache_run, uncached_user(__cache_arg0))
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
    path: &str,
) -> impl ::core::future::Future<
    Output = ::core::option::Option<::cache_runtime::__private::KeptResponse>,
> {
    async move {
        ::cache_runtime::__private::peek_path_async::<
            ::cache_runtime::__private::AsAnswer,
            _,
            _,
        >(&__cache_of_user(), path)
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
    path: &str,
    value: ::cache_runtime::__private::KeptResponse,
) -> impl ::core::future::Future<Output = ()> {
    async move {
        ::cache_runtime::__private::put_path_async::<
            ::cache_runtime::__private::AsAnswer,
            _,
            _,
        >(&__cache_of_user(), path, value, |__cache_text| {})
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
    __cache_arg0: Path<u64>,
) -> impl ::core::future::Future<
    Output = ::cache_runtime::Detailed<::cache_runtime::__private::Response>,
> {
    async move {
        let __cache_door = __cache_of_user();
        let __cache_ask = { ::cache_runtime::__private::Ask::new() };
        let __cache_visitor = ::cache_runtime::__private::Visitor::here(
            &__cache_door,
            true
                && ::cache_runtime::__private::Sees::of(&__cache_arg0)
                    .__cache_sees()
                    .__cache_plain(),
        );
        let __cache_begun = ::cache_runtime::__private::begin(
            &__cache_door,
            __cache_ask,
            &__cache_visitor,
            &__cache_visitor,
        );
        let __cache_run = match __cache_begun.await {
            ::cache_runtime::__private::Begun::Answer(__cache_answer) => {
                return __cache_answer;
            }
            ::cache_runtime::__private::Begun::Run(__cache_run) => __cache_run,
        };
        ::cache_runtime::__private::Run::fill(__cache_run, uncached_user(__cache_arg0))
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
async fn uncached_user(Path(id): Path<u64>) -> impl IntoResponse {
    Html(render(id).await)
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
    ::cache_runtime::__private::Answered,
    impl ::cache_runtime::__private::Kind<::cache_runtime::__private::Answered>,
> {
    static __CACHE_REQUESTS: ::cache_runtime::__private::Requests = ::cache_runtime::__private::Requests::new()
        .keyed()
        .response();
    static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
        name: "user",
        file: ::core::file!(),
        line: ::core::line!(),
        column: ::core::column!(),
        path: || ::core::any::type_name_of_val(&|| ()),
        source: 8126788517388477706u64,
        shares: ::cache_runtime::__private::stays!(
            | __cache_report | { if ::cache_runtime::__private::Code::of(&
            ::cache_runtime::__private::answers()).__cache_coding().is_none_or(|
            __cache_coding | ! __cache_coding.is_shared()) {
            __cache_report("its result, `:: cache_runtime :: __private :: Answered`"); }
            }
        ),
        requests: ::core::option::Option::Some(&__CACHE_REQUESTS),
        timeout: ::core::option::Option::Some(
            ::cache_runtime::__private::Declared::After(5000000000u64),
        ),
        ..::cache_runtime::__private::About::NOTHING
    });
    ::cache_runtime::__private::register!(__CACHE_SITE);
    let __cache_kind = ::cache_runtime::__private::answers();
    ::cache_runtime::__private::Door::new(
        &__CACHE_SITE,
        ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
        __cache_kind,
        |__cache_setup| {
            __cache_setup
                .answers()
                .timeout(::cache_runtime::__private::nanos(5000000000u64))
        },
        &|| (),
    )
}
