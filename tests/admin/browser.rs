//! The page in a real browser.

use std::time::Duration;

use axum::Router;
use cache_runtime::admin::Admin;

use super::driver::{Browser, ENTER, ESCAPE, TAB};
use super::shop::{self, Load};

const CALLS: &str = "Number(document.getElementById('sum-calls').textContent.replace(/\\D/g, ''))";

fn app() -> Router {
    let admin = Admin::new().show_keys().allow_invalidation().into_router();
    Router::new().nest("/cache", admin)
}

/// The text of all rows, by their order.
const NAMES: &str = "[...document.querySelectorAll('#rows tr')].map(row => row.dataset.name)";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    shop::hostile("<b>");
    let load = Load::begin();
    let (address, server) = shop::serve(app()).await;
    browser.go(&format!("{address}/cache")).await;
    shows_what_happens(&browser, &load).await;
    searches_and_sorts(&browser).await;
    opens_details_by_keyboard(&browser).await;
    invalidates(&browser).await;
    fits_on_a_phone(&browser).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    server.abort();
    says_that_the_server_is_gone(&browser).await;
    browser.close().await;
}

async fn shows_what_happens(browser: &Browser, load: &Load) {
    browser
        .until("document.getElementById('state').dataset.is === 'live'")
        .await;
    assert_eq!(browser.eval("location.pathname").await, "/cache");
    browser
        .until("(document.querySelector('#sum-chart .path').getAttribute('d') ?? '').length > 20")
        .await;
    // Rows are drawn when they are seen.
    browser
        .eval("(document.querySelector('tr[data-name$=\"prices::price\"]').scrollIntoView(), 1)")
        .await;
    browser.until("(document.querySelector('tr[data-name$=\"prices::price\"] .path').getAttribute('d') ?? '').length > 10").await;
    let (calls, before) = (browser.eval(CALLS).await, load.calls());
    browser.until(&format!("{CALLS} > {calls}")).await;
    assert!(load.calls() > before);
    browser
        .until("/^\\d+(\\.\\d)? %$/.test(document.getElementById('sum-ratio').textContent)")
        .await;
    assert_eq!(browser.eval("document.title").await, "Caches");
    let hostile = format!("{NAMES}.includes({})", serde_json::json!(shop::HOSTILE));
    assert_eq!(browser.eval(&hostile).await, true);
    assert_eq!(
        browser
            .eval("document.querySelectorAll('main img').length")
            .await,
        0
    );
}

async fn searches_and_sorts(browser: &Browser) {
    browser.press(&["/"]).await;
    browser.write("CATALOG search").await;
    browser
        .until(&format!(
            "{NAMES}.length === 1 && {NAMES}[0].endsWith('catalog::search')"
        ))
        .await;
    browser
        .eval("document.getElementById('search').value = ''")
        .await;
    browser.click("#called").await;
    browser
        .until(&format!(
            "{NAMES}.length > 1 && !{NAMES}.some(name => name.endsWith('never_called'))"
        ))
        .await;
    browser.click("#called").await;
    browser
        .until(&format!(
            "{NAMES}.some(name => name.endsWith('never_called'))"
        ))
        .await;
    browser.click("th[data-key=calls] button").await;
    let calls = "[...document.querySelectorAll('#rows td:nth-child(3)')].map(cell => Number(cell.textContent.replace(/\\D/g, '')))";
    assert_eq!(
        browser
            .eval("document.querySelector('th[data-key=calls]').ariaSort")
            .await,
        "descending"
    );
    let sorted =
        format!("{calls}.length > 5 && {calls}[0] >= {calls}.at(-1) && {calls}.at(-1) === 0");
    browser.until(&sorted).await;
    browser.click("th[data-key=name] button").await;
    browser
        .until(&format!(
            "JSON.stringify({NAMES}) === JSON.stringify({NAMES}.toSorted())"
        ))
        .await;
}

async fn opens_details_by_keyboard(browser: &Browser) {
    browser.press(&["/"]).await;
    browser.write("prices::price").await;
    browser.until(&format!("{NAMES}.length === 1")).await;
    browser.press(&[ENTER]).await;
    browser
        .until("document.activeElement.closest('tr') !== null")
        .await;
    browser.press(&[ENTER]).await;
    browser
        .until("document.getElementById('detail').open")
        .await;
    browser
        .until("document.getElementById('d-name').textContent.endsWith('prices::price')")
        .await;
    browser
        .until("document.querySelectorAll('#d-recent li').length > 3")
        .await;
    browser
        .until("document.querySelectorAll('#d-keys li').length > 3")
        .await;
    browser
        .until("(document.querySelector('#d-chart .bars').getAttribute('d') ?? '').length > 10")
        .await;
    browser.press(&[TAB]).await;
    assert_eq!(
        browser
            .eval("document.activeElement.closest('dialog')?.id")
            .await,
        "detail",
        "the focus stays inside"
    );
    browser.press(&[ESCAPE]).await;
    browser
        .until("!document.getElementById('detail').open && location.hash === ''")
        .await;
    assert_eq!(
        browser.eval("document.activeElement.tagName").await,
        "A",
        "the focus is where it was"
    );
}

async fn invalidates(browser: &Browser) {
    shop::never_called(7);
    browser.eval("location.hash = encodeURIComponent(known.keys().find(name => name.endsWith('never_called')))").await;
    browser.until("document.getElementById('detail').open && document.querySelectorAll('#d-keys li').length === 1").await;
    browser.click("#d-arguments").await;
    browser.write("[7").await;
    browser.press(&[ENTER]).await;
    browser
        .until("document.getElementById('d-said').textContent.includes('not JSON')")
        .await;
    browser.write("]").await;
    browser.press(&[ENTER]).await;
    browser
        .until("document.getElementById('d-said').textContent === 'Dropped.'")
        .await;
    assert_eq!(shop::peek_never_called(7), None);
    shop::never_called(8);
    browser
        .until("document.querySelectorAll('#d-keys button').length === 1")
        .await;
    browser.click("#d-keys button").await;
    browser.until("document.querySelectorAll('#d-keys li').length === 0 || document.getElementById('d-said').textContent === 'Dropped.'").await;
    shop::never_called(9);
    browser.click("#d-all").await;
    assert!(shop::peek_never_called(9).is_some(), "once is not enough");
    browser.click("#d-all").await;
    browser
        .until("document.getElementById('d-said').textContent === 'Dropped.'")
        .await;
    assert_eq!(shop::peek_never_called(9), None);
    browser.press(&[ESCAPE]).await;
    browser.click("#open-drop").await;
    browser.write("sku:1").await;
    browser.press(&[ENTER]).await;
    browser
        .until("document.getElementById('drop-said').textContent !== ''")
        .await;
    browser.press(&[ESCAPE]).await;
    browser.until("!document.getElementById('drop').open").await;
}

async fn fits_on_a_phone(browser: &Browser) {
    browser
        .eval("document.getElementById('search').value = ''")
        .await;
    for width in [360, 400] {
        browser.screen(width, 800, 1.0, true).await;
        browser.until(&format!("innerWidth === {width}")).await;
        assert_eq!(
            browser
                .eval("document.documentElement.scrollWidth <= innerWidth")
                .await,
            true,
            "{width}"
        );
    }
}

async fn says_that_the_server_is_gone(browser: &Browser) {
    browser
        .until("document.getElementById('state').dataset.is === 'gone'")
        .await;
    browser
        .until("!document.getElementById('trouble').hidden")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_with_hundreds_of_rows() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let mut layers = Vec::new();
    for n in 0..500 {
        layers.push(shop::layered(&format!("many-{n:03}")).await);
    }
    let (address, _server) = shop::serve(app()).await;
    browser.go(&format!("{address}/cache")).await;
    browser.until(&format!("{NAMES}.length > 500")).await;
    browser.press(&["/"]).await;
    browser.write("many-42").await;
    browser.until(&format!("{NAMES}.length === 10")).await;
    // Rows that nobody sees are not drawn: so many are, and no more.
    let drawn = "[...document.querySelectorAll('#rows tr')].filter(row => row.querySelector('b').textContent).length";
    browser
        .eval("(document.getElementById('search').value = '', arrange())")
        .await;
    browser.until(&format!("{NAMES}.length > 500")).await;
    assert!(browser.eval(drawn).await.as_u64() < Some(100));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    drop(layers);
    browser.until(&format!("{NAMES}.length < 500")).await;
    browser.close().await;
}

/// Makes the pictures of the page: `ADMIN_PICTURES=DIRECTORY cargo test -p cache-tests --features admin --test admin
/// pictures -- --ignored`. They show what has happened in so many seconds: `ADMIN_SECONDS=600`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it makes pictures, and takes minutes"]
async fn pictures() {
    let (Ok(place), Some(browser)) = (std::env::var("ADMIN_PICTURES"), Browser::open().await)
    else {
        return;
    };
    let seconds = std::env::var("ADMIN_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    let _load = Load::begin();
    let _pages = shop::layered("pages").await;
    let (address, _server) = shop::serve(app()).await;
    tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(600))).await;
    browser.go(&format!("{address}/cache")).await;
    browser
        .until("document.getElementById('state').dataset.is === 'live'")
        .await;
    browser
        .eval("(document.getElementById('called').click(), 1)")
        .await;
    let detail = "location.hash = encodeURIComponent(known.keys().find(name => name.endsWith('prices::price')))";
    for (name, width, height, scheme, opened) in [
        ("light", 1280, 860, "light", false),
        ("dark", 1280, 860, "dark", false),
        ("detail", 1280, 1100, "light", true),
        ("detail-dark", 1280, 1100, "dark", true),
        ("phone", 380, 900, "light", false),
        ("phone-detail", 380, 900, "dark", true),
    ] {
        browser
            .screen(
                width,
                height,
                if width < 500 { 2.0 } else { 1.0 },
                width < 500,
            )
            .await;
        browser.scheme(scheme).await;
        if opened {
            browser.eval(detail).await;
            browser.until("document.getElementById('detail').open && document.getElementById('detail').getAnimations().length === 0").await;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        let picture = browser.picture().await;
        std::fs::write(format!("{place}/admin-{name}.png"), picture)
            .expect("the picture is written");
        browser.press(&[ESCAPE]).await;
    }
    browser.close().await;
}
