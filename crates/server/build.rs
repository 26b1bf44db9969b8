//! The web application is built into the binary: building it anew builds the binary again.

use std::path::Path;

fn main() {
    let built = Path::new("../../web/dist");
    // Cargo takes a missing folder for one that always changes, and would build this crate every time.
    if Path::new("../../web").is_dir() && !built.is_dir() {
        let _ = std::fs::create_dir(built);
    }
    println!("cargo::rerun-if-changed={}", built.display());
}
