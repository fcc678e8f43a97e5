//! A back end that is down. The guard acts on the whole process: these tests run in one of their own, see
//! [`every`](crate::every).

use cache_runtime::{ErrorKind, Outcome, cache, memoize, testing};
use cache_tests::wait_until;

use crate::install;

#[memoize]
fn value(x: u64) -> u64 {
    x
}

#[test]
#[ignore = "takes the back end down for the whole process"]
fn functions_run_and_invalidations_are_delivered_later() {
    install();
    wait_until(|| value(1) == 1 && peek_value(1).is_some());
    let down = testing::fail_backend();
    assert!(matches!(detailed_value(1).outcome, Outcome::Computed(_)));
    let failure = invalidate_value(1)
        .into_result()
        .expect_err("nobody was told");
    assert_eq!(failure.kind(), ErrorKind::Undelivered);
    assert_eq!(
        cache().get::<u8>("f:a").expect_err("it is down").kind(),
        ErrorKind::Unreachable
    );
    assert!(stats_value().backend_errors >= 2);
    drop(down);
    // Until it is delivered, nothing is trusted; then it is gone.
    assert_eq!(peek_value(1), None);
    wait_until(|| {
        value(1);
        detailed_value(1).outcome == Outcome::Hit
    });
}
