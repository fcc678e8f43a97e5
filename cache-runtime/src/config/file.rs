//! Settings from TOML.

use toml::{Table, Value};

use super::FunctionConfig;
use super::nearest::nearest;
use super::setting::{self, Setting};
use super::{Config, read};

/// The table that holds what is set for single functions.
const FUNCTIONS: &str = "functions";

/// Reads a text; answers what is wrong with it.
pub(super) fn read(config: &mut Config, text: &str) -> Vec<String> {
    match text.parse() {
        Ok(table) => entries(config, table),
        Err(error) => vec![syntax(&error, text)],
    }
}

/// What is wrong with a text that is not TOML. It is not shown: a password may stand in it.
fn syntax(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line} is not TOML: {}", error.message())
}

fn entries(config: &mut Config, table: Table) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for (written, value) in table {
        match value {
            Value::Table(functions) if written == FUNCTIONS => {
                wrong.extend(all_functions(config, functions));
            }
            value => wrong.extend(entry(config, &written, &value, &mut seen).err()),
        }
    }
    wrong
}

/// Takes one setting, under its lower-case name or that of its variable.
fn entry(
    config: &mut Config,
    written: &str,
    value: &Value,
    seen: &mut Vec<&'static str>,
) -> Result<(), String> {
    let is_lower = !written.contains(char::is_uppercase);
    let name = match written {
        lower if is_lower => super::variable(lower),
        name => name.to_owned(),
    };
    let setting = Setting::find(&name).ok_or_else(|| match written {
        FUNCTIONS => {
            "`functions` is not a table; write `[functions.\"crate::module::function\"]`".to_owned()
        }
        _ => setting::unknown(&name, super::plain),
    })?;
    if seen.contains(&setting.name) {
        return Err(format!(
            "`{written}` is given twice, as `{}` and `{}`; leave one of them out",
            super::plain(&name),
            name
        ));
    }
    seen.push(setting.name);
    let text = text_of(value)
        .ok_or_else(|| format!("`{written}` is {}; give a single value", article(value)))?;
    setting.take(&mut config.values, &text, written)
}

/// A value as it would be written in the environment.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(switch) => Some(switch.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(item_of).collect();
            items.map(|items| items.join(","))
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// An item of a list of servers: `"host:port"`, or `["host", port]`.
fn item_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(pair) => match &pair[..] {
            [Value::String(host), Value::Integer(port)] => Some(format!("{host}:{port}")),
            _ => None,
        },
        _ => None,
    }
}

fn article(value: &Value) -> String {
    match value.type_str() {
        kind if kind.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

fn all_functions(config: &mut Config, functions: Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in functions {
        let Value::Table(table) = value else {
            wrong.push(format!(
                "`functions` has `{name}` in it, which is no table; write `[functions.\"{name}\"]`"
            ));
            continue;
        };
        let mut function = FunctionConfig::new();
        for (key, value) in table {
            let said = take(&mut function, &key, &value);
            wrong.extend(
                said.err()
                    .map(|what| format!("`{key}` of function `{name}` {what}")),
            );
        }
        config.functions.insert(name, function);
    }
    wrong
}

/// What can be set for a function: its name, what would be right, and where it goes.
type OfFunction = (
    &'static str,
    &'static str,
    fn(&mut FunctionConfig, &str) -> bool,
);

const OF_FUNCTION: &[OfFunction] = &[
    (
        "timeout",
        "seconds (`300`), a text like `5m`, or `0` for no end",
        |function, text| {
            function.timeout = read::time(text);
            function.timeout.is_some()
        },
    ),
    (
        "max_entries",
        "a number of entries, such as `10000`",
        |function, text| {
            function.max_entries = read::count(text);
            function.max_entries.is_some()
        },
    ),
    ("enabled", "`true` or `false`", |function, text| {
        function.enabled = read::switch(text);
        function.enabled.is_some()
    }),
];

/// Takes one setting of a function; else answers what is wrong with it.
fn take(function: &mut FunctionConfig, key: &str, value: &Value) -> Result<(), String> {
    let Some((_, expects, read)) = OF_FUNCTION.iter().find(|(name, ..)| *name == key) else {
        let names: Vec<_> = OF_FUNCTION.iter().map(|(name, ..)| *name).collect();
        return Err(match nearest(key, &names).first() {
            Some(close) => format!("is not a setting; did you mean `{close}`?"),
            None => "is not a setting; there are `timeout`, `max_entries` and `enabled`".to_owned(),
        });
    };
    let Some(text) = text_of(value) else {
        return Err(format!("is {}; give {expects}", article(value)));
    };
    if read(function, &text) {
        Ok(())
    } else {
        Err(format!("is `{text}`; give {expects}"))
    }
}
