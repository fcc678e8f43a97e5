//! What a configuration does, and that there is one.

use std::time::Duration;

use cache_runtime::{Bound, Config, ErrorKind, MissReason, Outcome, Timeout, memoize, testing};

use crate::{alone, known};

#[memoize(namespace = "plain")]
fn plain(x: u32) -> u32 {
    x
}

#[memoize(namespace = "particular", timeout = 7, max_entries = 3)]
fn particular(x: u32) -> u32 {
    x
}

#[test]
fn without_one_entries_live_in_the_process() {
    alone(&[], || {
        assert_eq!((plain(1), detailed_plain(1).outcome), (1, Outcome::Hit));
        let policy = known("plain").policy;
        assert_eq!(policy.timeout, Timeout::After(Duration::from_secs(300)));
        assert_eq!(policy.max_entries, Bound::Entries(10_000));
        assert!(policy.enabled && policy.source.is_none());
    });
}

#[test]
fn what_attributes_leave_out_is_configured_and_what_they_say_stands() {
    alone(&[], || {
        let config = Config::simple()
            .default_timeout(Duration::from_secs(5))
            .threshold(2);
        config.install().unwrap();
        let before_any_call = known("plain").policy;
        assert_eq!(
            before_any_call.timeout,
            Timeout::After(Duration::from_secs(5))
        );
        assert_eq!(before_any_call.max_entries, Bound::Entries(2));
        for x in 0..10 {
            plain(x);
            particular(x);
        }
        assert_eq!(
            (known("plain").entries, known("particular").entries),
            (2, 3)
        );
        let policies = (known("plain").policy, known("particular").policy);
        assert_eq!(policies.0.timeout, Timeout::After(Duration::from_secs(5)));
        assert_eq!(policies.1.timeout, Timeout::After(Duration::from_secs(7)));
        testing::advance(Duration::from_secs(6));
        let outcome = detailed_plain(9).outcome;
        assert_eq!(outcome, Outcome::Computed(MissReason::Expired));
        assert_eq!(detailed_particular(9).outcome, Outcome::Hit);
    });
}

#[test]
fn a_timeout_of_zero_is_for_ever() {
    alone(&[], || {
        Config::simple()
            .default_timeout(Duration::ZERO)
            .install()
            .unwrap();
        plain(1);
        testing::advance(Duration::from_secs(1_000_000));
        assert_eq!(detailed_plain(1).outcome, Outcome::Hit);
        assert_eq!(known("plain").policy.timeout, Timeout::Never);
    });
}

#[test]
fn null_caches_nothing() {
    alone(&[], || {
        Config::null().install().unwrap();
        for _ in 0..3 {
            assert_eq!(detailed_plain(1).outcome, Outcome::Bypassed);
        }
        put_plain(1, 5);
        assert_eq!((refresh_plain(1), peek_plain(1), plain(1)), (1, None, 1));
        let stats = stats_plain();
        assert_eq!((stats.bypasses, stats.calls(), stats.stores), (5, 5, 0));
        assert!(!known("plain").policy.enabled);
        let _isolated = testing::isolate();
        assert_eq!(detailed_plain(1).outcome, Outcome::Bypassed);
    });
}

#[test]
fn a_second_one_is_refused_and_says_where_the_first_one_is() {
    alone(&[], || {
        Config::null().install().unwrap();
        let line = line!() - 1;
        let error = Config::simple().install().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(
            error.to_string(),
            format!(
                "a configuration is installed already: `null`, at {}:{line}; install one, when the program starts",
                file!()
            ),
        );
        assert!(!known("plain").policy.enabled, "the first one holds");
    });
}

#[test]
fn one_that_is_refused_changes_nothing() {
    alone(&[], || {
        plain(1);
        let refused = Config::simple().threshold(0).install();
        assert!(refused.is_err());
        assert_eq!(detailed_plain(1).outcome, Outcome::Hit);
        Config::simple()
            .install()
            .expect("it is the first that is right");
    });
}

#[cfg(not(feature = "shared"))]
#[test]
fn a_back_end_whose_feature_is_off_names_the_feature() {
    for (config, kind, feature) in [
        (Config::filesystem("/tmp"), "filesystem", "filesystem"),
        (Config::redis("redis://:hunter2@h/"), "redis", "redis"),
        (
            Config::redis_sentinel(["h:1"], "m"),
            "redis-sentinel",
            "redis",
        ),
        (Config::redis_cluster(["h:1"]), "redis-cluster", "redis"),
        (Config::tiered("redis://h/"), "tiered", "redis"),
        (Config::memcached(["h:1"]), "memcached", "memcached"),
    ] {
        let error = config.install().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the type is `{kind}`, but this program is built without it; add the feature to Cargo.toml: \
                 `cache-runtime = {{ version = \"0.1\", features = [\"{feature}\"] }}`"
            )
        );
    }
}

/// What is switched off has nothing that could live anywhere.
#[cfg(feature = "shared")]
#[test]
fn what_cannot_leave_the_process_hinders_only_while_it_is_switched_on() {
    use cache_runtime::{FunctionConfig, backend::Memory};
    alone(&[], || {
        let error = Config::custom(Memory::new()).install().unwrap_err();
        let message = error.to_string();
        let listed = message.lines().filter_map(|line| line.strip_prefix("- "));
        let names = listed.filter_map(|line| line.split([' ', '#']).next());
        let off = |config: Config, name: &str| {
            config.function(name, FunctionConfig::new().enabled(false))
        };
        assert!(
            message.contains("particular"),
            "its entries need a bound: {message}"
        );
        let config = names.fold(Config::custom(Memory::new()), off);
        config.install().unwrap();
        assert_eq!(detailed_particular(1).outcome, Outcome::Bypassed);
        assert_eq!((plain(1), detailed_plain(1).outcome), (1, Outcome::Hit));
    });
}

#[test]
fn changed_code_starts_cold_where_that_is_asked_for() {
    #[memoize(namespace = "told", source_check = false)]
    fn told(x: u32) -> u32 {
        x
    }
    alone(&[], || {
        told(1);
        assert_eq!(known("plain").name, "plain");
        Config::simple().source_check(true).install().unwrap();
        let function = known("plain");
        let source = function.policy.source.expect("it counts");
        assert_eq!(function.name, format!("plain#{source:016x}"));
        assert_eq!(known("told").name, "told", "the attribute says otherwise");
    });
}
