async fn load(&self, id: u64) -> Option<String> {
    let __cache_door = {
        static __CACHE_SITE: ::cache_runtime::__private::Site = ::cache_runtime::__private::Site::new(::cache_runtime::__private::About {
            name: "load",
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            path: || ::core::any::type_name_of_val(&|| ()),
            source: 2270529062895446076u64,
            ..::cache_runtime::__private::About::NOTHING
        });
        ::cache_runtime::__private::register!(__CACHE_SITE);
        ::cache_runtime::__private::check_value(
            ::cache_runtime::__private::Probe::<Option<String>>::new().__cache_value(),
        );
        let __cache_kind = ::cache_runtime::__private::Stow::of(
                &::cache_runtime::__private::Probe::<Option<String>>::new()
                    .__cache_kind(),
            )
            .__cache_stow();
        ::cache_runtime::__private::Door::new(
            &__CACHE_SITE,
            ::cache_runtime::__private::Code::of(&__cache_kind).__cache_coding(),
            __cache_kind,
            ::core::convert::identity,
            &|| (),
        )
    };
    let __cache_ask = { ::cache_runtime::__private::Ask::new() };
    let mut __cache_seat = match match (
        ::cache_runtime::__private::check_key(
            ::cache_runtime::__private::Way::of(&self).__cache_part(),
        ),
        (
            ::cache_runtime::__private::check_key(
                ::cache_runtime::__private::Way::of(&id).__cache_part(),
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
            async move {
                #[allow(
                    unreachable_code,
                    clippy::diverging_sub_expression,
                    clippy::needless_return
                )]
                if false {
                    let __cache_result: Option<String> = loop {};
                    return __cache_result;
                }
                let mut id = id;
                id += 1;
                self.get(id).await
            },
        )
        .await
        .value
}
