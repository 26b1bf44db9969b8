//! What the device answered when it was last held against the server (`crates/server/tests/http/device.rs`, which writes `cases.json` anew with
//! `TISSERAND_KEEP_CASES=1`). The web application asks its WebAssembly the same.

use device::Device;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

#[test]
fn every_build_answers_the_same() {
    let kept: Json = serde_json::from_str(include_str!("cases.json")).unwrap();
    let zone = TimeZone::get(kept["description"]["environment"]["time_zone"].as_str().unwrap()).unwrap();
    let device = Device::load(&kept["description"].to_string(), zone).unwrap();
    let cases = kept["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let answer: Json = serde_json::from_str(&device.answer(&case["sheet"].to_string()).unwrap()).unwrap();
        assert_eq!(answer, case["answer"], "{}", case["sheet"]);
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    assert!(Device::load("{}", TimeZone::UTC).is_err());
    let kept: Json = serde_json::from_str(include_str!("cases.json")).unwrap();
    let device = Device::load(&kept["description"].to_string(), TimeZone::UTC).unwrap();
    assert!(device.answer("{}").unwrap_err().to_string().contains("entity"));
    let nothing = r#"{"entity": "nothing", "now": "2026-11-23T09:00:00Z"}"#;
    assert_eq!(device.answer(nothing).unwrap(), r#"{"fields":{},"lines":{},"problems":[]}"#);
}
