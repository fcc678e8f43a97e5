//! Writers that evict what they change.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cache_runtime::{cached, invalidates, memoize};

#[memoize]
fn name(id: u32) -> String {
    format!("name {id}")
}

#[memoize]
async fn profile(id: u32, name: &str) -> usize {
    id as usize + name.len()
}

#[cached(route = "/users/{id}")]
fn page(id: u32) -> String {
    format!("page {id}")
}

#[cached]
async fn report() -> u32 {
    1
}

struct Saved {
    id: u32,
}

fn fill() {
    futures::executor::block_on(async {
        (
            name(1),
            name(2),
            profile(1, "a").await,
            page(1),
            report().await,
        )
    });
}

fn left() -> [bool; 5] {
    futures::executor::block_on(async {
        [
            peek_name(1).is_some(),
            peek_name(2).is_some(),
            peek_profile(1, "a").await.is_some(),
            peek_page(1).is_some(),
            peek_report().await.is_some(),
        ]
    })
}

/// One test, since all of it is about the same functions.
#[test]
fn writers_evict_what_they_name() {
    #[invalidates(name(id), profile(id, new), page(id), report)]
    fn sync_writer(id: u32, new: &str) -> Result<(), String> {
        if id == 0 {
            Err("no such user".to_owned())?
        }
        let _ = new;
        Ok(())
    }
    #[invalidates(name(id), profile(id, &new.clone()), report)]
    async fn async_writer(id: u32, new: String) -> u32 {
        drop(new);
        id
    }
    #[invalidates(|saved| name(saved.id), route("/users/{id}"))]
    fn returning(id: u32) -> Result<Saved, ()> {
        Ok(Saved { id: id + 1 })
    }
    #[invalidates(name(id), on = always)]
    fn failing(id: u32, panics: bool) -> Result<(), ()> {
        assert!(!panics, "as asked");
        Err(()).map_err(|()| _ = id)
    }

    fill();
    assert!(sync_writer(0, "a").is_err());
    assert_eq!(left(), [true; 5], "a writer that failed evicts nothing");
    sync_writer(1, "a").unwrap();
    assert_eq!(left(), [false, true, false, false, false]);

    fill();
    assert_eq!(futures::executor::block_on(async_writer(1, "a".into())), 1);
    assert_eq!(left(), [false, true, false, true, false]);

    fill();
    assert_eq!(returning(1).unwrap().id, 2);
    assert_eq!(left(), [true, false, true, false, true]);

    fill();
    assert!(failing(1, false).is_err());
    assert_eq!(left(), [false, true, true, true, true]);
    fill();
    assert!(catch_unwind(AssertUnwindSafe(|| failing(1, true))).is_err());
    assert_eq!(left(), [false, true, true, true, true]);
}
