async fn rename(&mut self, name: String) -> Result<User, DbError> {
    let __cache_item0_0 = ::cache_runtime::__private::Keep::new(&name).__cache_keep();
    let __cache_item1_0 = 1;
    let __cache_later = {
        let __cache_result: Result<User, DbError> = async {
            #[allow(
                unreachable_code,
                clippy::diverging_sub_expression,
                clippy::needless_return
            )]
            if false {
                let __cache_result: Result<User, DbError> = loop {};
                return __cache_result;
            }
            self.store(name).await
        }
            .await;
        let __cache_wait = ::cache_runtime::__private::Wait::new(&__cache_result);
        let __cache_later = async move {
            if let ::core::option::Option::Some(__cache_ok) = ::cache_runtime::__private::Probe::<
                Result<User, DbError>,
            >::new()
                .__cache_success()
                .success(&__cache_result)
            {
                let __cache_pending = { invalidate_profile(&*__cache_item0_0) };
                ::cache_runtime::__private::settle_async(__cache_pending).await;
                let __cache_pending = { self.invalidate_price(__cache_item1_0) };
                ::cache_runtime::__private::settle_async(__cache_pending).await;
                let __cache_pending = { Self::invalidate_all(self) };
                ::cache_runtime::__private::settle_async(__cache_pending).await;
                let __cache_pending = {
                    let user = __cache_ok;
                    invalidate_tag_of(user.id)
                };
                ::cache_runtime::__private::settle_async(__cache_pending).await;
            }
            __cache_result
        };
        match __cache_wait.__cache_wait().settle(__cache_later) {
            ::cache_runtime::__private::Settled::Now(__cache_result) => {
                return __cache_result;
            }
            ::cache_runtime::__private::Settled::Later(__cache_later) => __cache_later,
        }
    };
    __cache_later.await
}
