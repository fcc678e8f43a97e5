//! Settings from the environment.

use std::ffi::OsString;

use super::Config;
use super::setting::{self, Setting};

/// What every setting's name begins with.
const PREFIX: &str = "CACHE_";

/// Reads the variables that are settings; answers what is wrong with them.
pub(super) fn read(
    config: &mut Config,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<String> {
    let named = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let mut ours: Vec<_> = named.filter(|(name, _)| name.starts_with(PREFIX)).collect();
    ours.sort();
    let take = |(name, value): (String, OsString)| {
        let Some(setting) = Setting::find(&name) else {
            return Err(setting::unknown(&name, str::to_owned));
        };
        let text = value
            .to_str()
            .ok_or_else(|| format!("`{name}` is not valid UTF-8; write it in UTF-8"))?;
        setting.take(&mut config.values, text, &name)
    };
    ours.into_iter().map(take).filter_map(Result::err).collect()
}
