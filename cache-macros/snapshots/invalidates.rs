fn rename(id: u32, name: &str) -> Result<User, DbError> {
    let __cache_item0_0 = ::cache_runtime::__private::copied(&id);
    let __cache_item1_0 = id as u64;
    let __cache_result: Result<User, DbError> = (|| -> Result<User, DbError> {
        store(id, name)
    })();
    if let ::core::option::Option::Some(__cache_ok) = ::cache_runtime::__private::Probe::<
        Result<User, DbError>,
    >::new()
        .__cache_success()
        .success(&__cache_result)
    {
        {
            ::cache_runtime::__private::settle(invalidate_profile(__cache_item0_0));
        }
        {
            ::cache_runtime::__private::settle(invalidate_user_page(__cache_item1_0));
        }
        {
            ::cache_runtime::__private::settle(invalidate_all_report());
        }
        {
            let user = __cache_ok;
            ::cache_runtime::__private::settle(invalidate_name(user.id));
        }
    }
    __cache_result
}
