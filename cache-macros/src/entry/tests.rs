//! What becomes of a function, as readable files: `UPDATE_EXPECT=1 cargo test -p cache-macros` rewrites them.

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::quote;

use super::*;

fn pretty(code: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(code).expect("the expansion is a file"))
}

macro_rules! snapshots {
    ($($name:ident: $code:expr;)*) => {$(
        #[test]
        fn $name() {
            expect_file![concat!("../../snapshots/", stringify!($name), ".rs")].assert_eq(&pretty($code));
        }
    )*};
}

snapshots! {
    memoize: cache(Attribute::Memoize, quote!(timeout = 60), &quote! {
        /// Adds.
        pub fn add(a: i64, b: i64) -> i64 { a + b }
    });
    memoize_async: cache(Attribute::Memoize, quote!(timeout = "5m", skip(db), response_filter = |user| user.active), &quote! {
        async fn user(db: &Db, id: u64) -> Result<User, DbError> { db.load(id).await }
    });
    batch: cache(Attribute::Memoize, quote!(batch, timeout = "5m", skip(db)), &quote! {
        async fn users(db: &Db, ids: &[u64]) -> Result<HashMap<u64, User>, DbError> { db.load(ids).await }
    });
    method: cache(Attribute::Memoize, quote!(max_entries = Self::MOST, unless = sku.is_empty()), &quote! {
        fn price(&self, sku: &str) -> u64 { self.prices[sku] }
    });
    generic: cache(Attribute::Memoize, quote!(unbounded, version = 3), &quote! {
        fn size<T: 'static, const N: usize>(times: usize) -> usize where T: Copy { size_of::<[T; N]>() * times }
    });
    route: cache(Attribute::Cached, quote!(timeout = 5, route = "/users/{id}/{page.number}"), &quote! {
        fn user_page(Path(id): Path<u64>, page: Page) -> String { render(id, page) }
    });
    request: cache(Attribute::Cached, quote!(timeout = 5, route = request, query("page"), vary("accept-language")), &quote! {
        async fn users(State(db): State<Db>, Query(page): Query<Page>) -> String { db.users(page).await }
    });
    response: cache(Attribute::Cached, quote!(timeout = 5, route = request, response), &quote! {
        async fn user(Path(id): Path<u64>) -> impl IntoResponse { Html(render(id).await) }
    });
    key: cache(Attribute::Memoize, quote!(key = (user.id, language), err_timeout = TTL), &quote! {
        fn greet(user: &User, language: Language, (_a, _b): (u8, u8)) -> Result<String, Failed> { hello(user, language) }
    });
    without_helpers: cache(Attribute::Memoize, quote!(helpers = false), &quote! {
        async fn load(&self, mut id: u64) -> Option<String> { id += 1; self.get(id).await }
    });
    invalidates: super::invalidates(quote!(profile(id), user_page(id as u64), report, |user| name(user.id)), &quote! {
        fn rename(id: u32, name: &str) -> Result<User, DbError> { store(id, name) }
    });
    invalidates_async: super::invalidates(quote!(profile(name), self.price(1), on = always), &quote! {
        async fn rename(&self, name: String) { self.store(name).await }
    });
    invalidates_mut: super::invalidates(quote!(profile(&name), self.price(1), Self::all(self), |user| tag_of(user.id)), &quote! {
        async fn rename(&mut self, name: String) -> Result<User, DbError> { self.store(name).await }
    });
}
