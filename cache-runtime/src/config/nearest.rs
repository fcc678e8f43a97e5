//! "Did you mean": which of some names are close to one that is none of them.

/// How many names are suggested at most.
const SUGGESTED: usize = 3;

/// The names that are close to a word, the closest first.
pub(super) fn nearest<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
    let close = names
        .iter()
        .filter_map(|name| Some((closeness(word, name)?, *name)));
    let mut close: Vec<_> = close.collect();
    close.sort_unstable();
    close.dedup();
    close
        .iter()
        .take(SUGGESTED)
        .map(|(_, name)| *name)
        .collect()
}

/// The smaller, the closer.
fn closeness(word: &str, name: &str) -> Option<usize> {
    let (a, b) = (word.to_lowercase(), name.to_lowercase());
    let distance = distance(&a, &b);
    let few = 1 + a.len().min(b.len()) / 5;
    let is_part = a.len() > 2 && (b.starts_with(&a) || b.ends_with(&a));
    let same_end = a.contains("::") && a.rsplit("::").next() == b.rsplit("::").next();
    (distance <= few || is_part || same_end).then_some(distance)
}

/// How many letters are put in, left out, exchanged, or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let (mut above, mut last) = (Vec::new(), (0..=b.len()).collect::<Vec<_>>());
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let changed = last[j] + usize::from(a[i] != b[j]);
            let mut fewest = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                fewest = fewest.min(above[j - 1] + 1);
            }
            row.push(fewest);
        }
        above = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// `` `a`, `b` or `c` ``
pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("`{name}`"),
        [names @ .., last] => format!("`{}` or `{last}`", names.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_close_and_another_word_is_not() {
        let names = ["redis", "redis-cluster", "memcached", "simple"];
        assert_eq!(nearest("rdeis", &names), ["redis"]);
        assert_eq!(nearest("memcache", &names), ["memcached"]);
        assert_eq!(nearest("cluster", &names), ["redis-cluster"]);
        assert!(nearest("couchbase", &names).is_empty());
    }

    #[test]
    fn a_function_is_close_by_its_own_name() {
        let names = ["app::shop::price", "app::shop::prices", "app::user"];
        assert_eq!(nearest("price", &names), ["app::shop::price"]);
        assert_eq!(nearest("shop::price", &names)[0], "app::shop::price");
        assert_eq!(nearest("app::price", &names), ["app::shop::price"]);
    }

    #[test]
    fn names_are_listed_as_one_would_say_them() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
