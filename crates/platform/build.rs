//! The modules are built into the binary: a file added to them builds it again.

fn main() {
    println!("cargo::rerun-if-changed=../../modules");
}
