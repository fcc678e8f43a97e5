async fn rename(&self, name: String) {
    let __cache_item0_0 = ::cache_runtime::__private::copied(&name);
    let __cache_item1_0 = 1;
    let __cache_guard = ::cache_runtime::__private::Always::new(move || {
        {
            ::cache_runtime::__private::settle(invalidate_profile(__cache_item0_0));
        }
        {
            ::cache_runtime::__private::settle(self.invalidate_price(__cache_item1_0));
        }
    });
    let __cache_result: () = async {
        #[allow(
            unreachable_code,
            clippy::diverging_sub_expression,
            clippy::needless_return
        )]
        if false {
            let __cache_result: () = loop {};
            return __cache_result;
        }
        self.store(name).await
    }
        .await;
    ::core::mem::drop(__cache_guard);
    __cache_result
}
