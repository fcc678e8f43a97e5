//! A small shop in which everything is kept fresh in its own way; every call says why it was a hit or a miss:
//! `cargo run --bin shop`.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::{sleep, yield_now};
use std::time::Duration;

use cache_runtime::{
    Config, Detailed, Error, MissReason, Outcome, clear_all, invalidate_tag, invalidates, memoize,
};
use serde::{Deserialize, Serialize};

/// The shop's database: prices that rise, and a supplier who is not always there.
static PRICE: AtomicU64 = AtomicU64::new(100);
static SUPPLIER_IS_DOWN: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Product {
    sku: u32,
    brand: String,
}

/// Labels that do not depend on the value, and labels from the value.
#[memoize(
    timeout = "1h",
    tags("products"),
    tags_with = |product: &Product| [format!("brand:{}", product.brand)],
)]
fn product(sku: u32) -> Product {
    let brand = if sku.is_multiple_of(2) { "Even" } else { "Odd" };
    Product {
        sku,
        brand: brand.to_owned(),
    }
}

/// Everybody may see a price that is a little old while one caller's refresh runs in the background.
#[memoize(timeout = 2, stale_while_revalidate = 60, jitter = 0.1)]
fn price(sku: u32) -> u64 {
    PRICE.load(SeqCst) + u64::from(sku)
}

/// When the supplier is down, what was said last will do for ten minutes.
#[memoize(timeout = 2, stale_if_error = "10m")]
fn stock(sku: u32) -> Result<u32, String> {
    if SUPPLIER_IS_DOWN.load(SeqCst) {
        return Err("the supplier does not answer".into());
    }
    Ok(sku * 3)
}

/// The exchange rate is asked for all the time: it is fetched anew before it expires.
#[memoize(timeout = 60, refresh_ahead = 0.03)]
fn rate() -> u64 {
    2
}

/// A basket that nobody looks at for two seconds is given up, and all of them together have a bound on their weight.
/// Both need the entries in this process, whatever is configured.
#[memoize(
    local,
    timeout = never,
    idle = 2,
    max_weight = 1_000_000,
    weigher = |basket: &Vec<u32>| 64 + 4 * u32::try_from(basket.len()).unwrap_or(u32::MAX / 8),
)]
fn basket(user: &str) -> Vec<u32> {
    vec![1, u32::try_from(user.len()).unwrap_or(0)]
}

/// An offer knows itself how long it lasts.
#[memoize(timeout_with = |(_, seconds): &(u32, u64)| Duration::from_secs(*seconds))]
fn offer(day: u32) -> (u32, u64) {
    (day, 3600)
}

/// A page goes when the product, the price or the stock goes that it was computed from.
#[memoize(timeout = "1h")]
fn page(sku: u32) -> String {
    let stock = stock(sku).map_or_else(|_| "?".into(), |count| count.to_string());
    format!(
        "{} {sku}: {} for {}",
        product(sku).brand,
        stock,
        price(sku) * rate()
    )
}

#[invalidates(price(sku))]
fn set_price(sku: u32, price: u64) {
    PRICE.store(price - u64::from(sku), SeqCst);
}

#[invalidates(tag("brand:{brand}"))]
fn rename_brand(brand: &str) {
    println!("  (the brand {brand} has a new name)");
}

/// Prints how a call was answered and why, and checks that.
#[track_caller]
fn show<T: Debug>(call: &str, answer: Detailed<T>, expected: &[Outcome]) -> T {
    let why = match answer.outcome {
        Outcome::Hit => "hit",
        Outcome::Stale => "old, but within its window",
        Outcome::Coalesced => "another caller's computation",
        Outcome::Bypassed => "not cached",
        Outcome::Computed(MissReason::Cold) => "miss: asked for the first time",
        Outcome::Computed(MissReason::Expired) => "miss: its time was over",
        Outcome::Computed(MissReason::Invalidated) => "miss: it was invalidated",
        Outcome::Computed(MissReason::Evicted) => "miss: it had made room for others",
        Outcome::Computed(_) => "miss",
    };
    println!("  {call:<14} {:<28} {why}", format!("{:?}", answer.value));
    assert!(
        expected.contains(&answer.outcome),
        "{call}: {:?}",
        answer.outcome
    );
    answer.value
}

const HIT: &[Outcome] = &[Outcome::Hit];
const OLD: &[Outcome] = &[Outcome::Stale];
const GONE: &[Outcome] = &[Outcome::Computed(MissReason::Invalidated)];
const OVER: &[Outcome] = &[Outcome::Computed(MissReason::Expired)];
/// Never asked for, or by an earlier run that shares the store.
const NEW: &[Outcome] = &[Outcome::Computed(MissReason::Cold), GONE[0]];

fn main() -> Result<(), Error> {
    Config::from_env()?.key_prefix("shop").install()?;
    // A shared store may still have what an earlier run has left under this prefix.
    clear_all().into_result()?;

    println!("The first visits");
    show("page(1)", detailed_page(1), NEW);
    show("page(2)", detailed_page(2), NEW);
    show("page(1)", detailed_page(1), HIT);
    show("price(1)", detailed_price(1), HIT);
    show("basket(\"ann\")", detailed_basket("ann"), NEW);
    show("offer(1)", detailed_offer(1), NEW);

    println!("A price changes: the page that shows it goes, others stay");
    set_price(1, 500);
    let page_1 = show("page(1)", detailed_page(1), GONE);
    assert!(page_1.ends_with("1000"));
    show("page(2)", detailed_page(2), HIT);

    println!("A brand changes: what carries its label goes, and the pages that show it");
    rename_brand("Even");
    show("product(2)", detailed_product(2), GONE);
    show("page(2)", detailed_page(2), GONE);
    show("page(1)", detailed_page(1), HIT);

    println!("Four seconds later, with the supplier down");
    sleep(Duration::from_secs(4));
    PRICE.store(600, SeqCst);
    SUPPLIER_IS_DOWN.store(true, SeqCst);
    show("price(1)", detailed_price(1), OLD);
    let stock_1 = show("stock(1)", detailed_stock(1), OLD);
    assert_eq!(stock_1, Ok(3), "the outage is invisible");
    show("rate()", detailed_rate(), HIT);
    show("basket(\"ann\")", detailed_basket("ann"), OVER);
    show("offer(1)", detailed_offer(1), HIT);

    println!("A moment later, after the refreshes");
    while peek_price(1) != Some(601) || stats_rate().refreshes == 0 {
        yield_now();
    }
    show("price(1)", detailed_price(1), HIT);
    show("rate()", detailed_rate(), HIT);

    println!("All products at once");
    invalidate_tag("products").into_result()?;
    show("product(1)", detailed_product(1), GONE);
    show("page(1)", detailed_page(1), GONE);
    Ok(())
}
