//! The crate as a browser calls it.

use base64ct::{Base64, Encoding};
use jiff::tz::TimeZone;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Device;

/// What forms call `Device`.
#[derive(Debug)]
#[wasm_bindgen(js_name = Device)]
pub struct Bound(Device);

#[wasm_bindgen(js_class = Device)]
impl Bound {
    /// `zone` is the name of the environment's time zone and `rules` its rules, as a TZif file in base64.
    #[wasm_bindgen(constructor)]
    pub fn new(description: &str, zone: &str, rules: &str) -> Result<Bound, JsError> {
        let rules = Base64::decode_vec(rules)
            .map_err(|_| JsError::new("the rules of the time zone are not in base64"))?;
        let zone = TimeZone::tzif(zone, &rules)?;
        Ok(Bound(Device::load(description, zone)?))
    }

    /// See [`Device::answer`].
    pub fn answer(&self, sheet: &str) -> Result<String, JsError> {
        Ok(self.0.answer(sheet)?)
    }
}
