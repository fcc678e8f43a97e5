//! What the page is about: cached functions, and layers that cache answers.

use crate::http;
use crate::registry;
use crate::site::Site;
use crate::stats::Stats;

/// A cached function, or a layer.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) site: &'static Site,
    pub(super) is_layer: bool,
}

/// All of them, by name.
pub(super) fn subjects() -> Vec<Subject> {
    let functions = registry::of_program().map(|site| Subject {
        name: registry::name(site).to_owned(),
        site,
        is_layer: false,
    });
    let mut all: Vec<_> = functions.chain(layers()).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Layers, each with a name of its own.
fn layers() -> Vec<Subject> {
    let mut layers: Vec<Subject> = Vec::new();
    for (name, site) in http::layers() {
        let place = format!("{name}@{}:{}:{}", site.file, site.line, site.column);
        let of_place =
            |other: &&Subject| other.name == place || other.name.starts_with(&format!("{place}#"));
        let name = match layers.iter().filter(of_place).count() {
            0 => place,
            others => format!("{place}#{}", others + 1),
        };
        layers.push(Subject {
            name,
            site,
            is_layer: true,
        });
    }
    layers
}

/// The one of a name.
pub(super) fn named(name: &str) -> Option<Subject> {
    subjects().into_iter().find(|subject| subject.name == name)
}

/// The counters of the process, by the addresses of sites.
pub(super) fn counters() -> impl Iterator<Item = (usize, Stats)> + 'static {
    let layers = http::layers().into_iter().map(|(_, site)| site);
    registry::sites().chain(layers).filter_map(|site| {
        let state = site.state_of_process()?;
        Some((site.address(), state.counters.read()))
    })
}
