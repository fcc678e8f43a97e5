//! What this process is configured to do, once it is.

use std::collections::HashMap;
use std::panic::Location;

#[cfg(feature = "shared")]
use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::settings::Settings;
use crate::options::Terms;
use crate::site::Site;

static INSTALLED: OnceCell<Installed> = OnceCell::new();

/// The configuration in force.
pub(crate) struct Installed {
    pub(crate) settings: Settings,
    /// Where entries live that leave the process; none for `null` and `simple`.
    #[cfg(feature = "shared")]
    pub(crate) hub: Option<Arc<crate::shared::hub::Hub>>,
    /// What holds for the functions that something is set for, by the addresses of their sites.
    pub(super) functions: HashMap<usize, Terms>,
    /// Who installed it.
    pub(super) by: &'static Location<'static>,
}

/// Whether a configuration is in force.
pub(crate) fn is_any() -> bool {
    INSTALLED.get().is_some()
}

/// The configuration in force, if one was installed.
pub(crate) fn get() -> Option<&'static Installed> {
    INSTALLED.get()
}

/// What holds for a function, apart from what its attribute says.
pub(crate) fn terms(site: &'static Site) -> Terms {
    get().map_or_else(Terms::default, |installed| {
        let own = installed.functions.get(&site.address());
        own.copied().unwrap_or_else(|| installed.settings.terms())
    })
}

/// Whether the fingerprints of sources count where attributes do not say.
pub(crate) fn source_check() -> bool {
    get().is_some_and(|installed| installed.settings.source_check)
}

/// Puts a configuration in force. There is none yet.
pub(super) fn set(installed: Installed) {
    let _ = INSTALLED.set(installed);
}
