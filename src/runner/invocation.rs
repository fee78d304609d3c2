//! What the shim hands over: the inputs, the runner's variables and the event file, all as they are.

use std::collections::BTreeMap;

use crate::format::json::{self, Json};
use crate::runner::environment::Environment;

/// One call of an action.
#[derive(Debug, Clone)]
pub struct Invocation<'a> {
    /// Every `INPUT_*` variable by the input's name, untrimmed.
    pub inputs: BTreeMap<String, String>,
    /// The runner's variables.
    pub environment: Environment,
    /// The event file's bytes, or why they could not be read.
    pub event: Result<&'a [u8], String>,
}

impl<'a> Invocation<'a> {
    /// Reads the text that the shim makes: `{"inputs": {…}, "environment": {…}, "event_error": "…"}`.
    ///
    /// # Errors
    /// In words, if the text has another shape, which is an error of the shim.
    pub fn parse(run: &str, event: Option<&'a [u8]>) -> Result<Self, String> {
        let root = json::parse(run.as_bytes()).map_err(|error| error.to_string())?.root;
        let event = match (event, root.get_path("event_error").as_str()) {
            (Some(bytes), _) => Ok(bytes),
            (None, error) => Err(error.unwrap_or("there is no file").to_owned()),
        };
        Ok(Self {
            inputs: strings(&root, "inputs")?.collect(),
            environment: strings(&root, "environment")?.collect(),
            event,
        })
    }
}

fn strings<'j>(root: &'j Json, key: &str) -> Result<impl Iterator<Item = (String, String)> + use<'j>, String> {
    let object = root.get_path(key).as_object().ok_or_else(|| format!("`{key}` is missing"))?;
    Ok(object.iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_str()?.to_owned()))))
}
