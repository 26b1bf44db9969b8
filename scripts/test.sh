#!/usr/bin/env bash
# Every check, in order; ends with a line per part. `scripts/test.sh quick` leaves out what takes minutes.
set -uo pipefail
cd "$(dirname "$0")/.."
quick=${1:-}
parts=() results=() failed=0

part() {
  # part NAME COMMAND...: runs it, notes its result and its duration.
  local name=$1 start=$SECONDS; shift
  printf '\n== %s\n' "$name"
  if "$@"; then results+=("good"); else results+=("FAILED"); failed=1; fi
  parts+=("$name ($((SECONDS - start)) s)")
}

odata_clients() {
  (cd crates/server/tests/odata && npm ci --no-audit --no-fund --silent && TISSERAND_BIN="$OLDPWD/target/debug/tisserand" npm test --silent)
}
# The checks of scim2-tester (PyPI) against a real server.
scim_clients() {
  local venv=target/scim requirements=crates/server/tests/scim/requirements.txt
  if ! cmp -s "$requirements" "$venv/installed.txt"; then
    rm -rf "$venv" && python3 -m venv "$venv" &&
      "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" &&
      cp "$requirements" "$venv/installed.txt" || return 1
  fi
  TISSERAND_BIN="$PWD/target/debug/tisserand" "$venv/bin/python" crates/server/tests/scim/check.py
}
web() { (cd web && npm "$@"); }
web_installed() { (cd web && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --silent; }); }

[ "$quick" = quick ] || part "needs" scripts/needs.sh test
part "format" cargo fmt --all --check
part "web: packages" web_installed
part "web: code of forms" web run --silent device
part "web: lint" web run --silent lint
part "web: types" web run --silent types
part "web: unit tests" web run --silent test
part "web: build" web run --silent build
part "clippy" cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
if [ "$quick" = quick ]; then
  part "tidy" cargo xtask tidy --no-wasm
else
  part "tidy" cargo xtask tidy
  part "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
  part "Rust tests" cargo nextest run --locked --workspace --no-fail-fast --status-level fail --final-status-level fail
  part "Rust examples in documentation" cargo test --locked --workspace --doc --quiet
  part "OData clients" odata_clients
  part "SCIM: scim2-tester" scim_clients
  part "OpenAPI: document and types" scripts/openapi.sh check
  part "OpenAPI: Schemathesis" scripts/openapi.sh try
  part "browser tests" env TISSERAND_BIN="$PWD/target/debug/tisserand" npm --prefix web run --silent e2e
fi

printf '\n'
for i in "${!parts[@]}"; do printf '%-8s %s\n' "${results[$i]}" "${parts[$i]}"; done
exit $failed
