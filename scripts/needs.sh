#!/usr/bin/env bash
# Checks for what `make run` (words: run) or `make test` (words: test) needs; on Debian as root, installs what is missing.
set -euo pipefail
what=${1:-run}
missing=()

say_missing() { printf '\n  missing: %s\n  %s\n' "$1" "$2" >&2; missing+=("$1"); }

debian() {
  # debian PROGRAM PACKAGE...: installs packages when the program is absent.
  local program=$1; shift
  command -v "$program" >/dev/null 2>&1 && return 0
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing $* (Debian)…"
    apt-get -o DPkg::Lock::Timeout=300 update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
  fi
  command -v "$program" >/dev/null 2>&1 || say_missing "$program" "on Debian: apt-get install $*"
}

python_environments() {
  # Debian keeps what makes a virtual environment in a package apart.
  local has="import ensurepip, venv"
  python3 -c "$has" 2>/dev/null && return 0
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends python3-venv >/dev/null
  fi
  python3 -c "$has" 2>/dev/null || say_missing "Python's venv" "on Debian: apt-get install python3-venv"
}

command -v cargo >/dev/null 2>&1 || say_missing "cargo (Rust 1.95 or newer)" "see https://rustup.rs"
debian cc build-essential
if ! command -v node >/dev/null 2>&1 || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  say_missing "node 20 or newer, with npm" "see https://nodejs.org, or your distribution's packages"
fi

# Forms run Rust code as WebAssembly. Where the toolchain has no such target, Debian's compiler makes it; no toolchain is fetched unasked.
if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)" ]; then
  debian wasm-ld lld
  [ -d /usr/lib/rustlib/src ] && [ -x /usr/bin/rustc ] || debian /usr/bin/rustc rustc-web cargo-web rust-web-src
fi

if [ "$what" = test ]; then
  debian chromium chromium fonts-liberation
  debian python3 python3
  python_environments
  if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    # Tests start servers of their own: the package shall make and start none.
    mkdir -p /etc/postgresql-common 2>/dev/null && [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf 2>/dev/null || true
    debian /usr/lib/postgresql/15/bin/initdb postgresql-15 postgresql-client-15
  fi
  if [ ! -x /usr/sbin/slapd ]; then
    # The directories that tests sign in by are their own: the package shall configure and start none.
    echo "slapd slapd/no_configuration boolean true" | debconf-set-selections 2>/dev/null || true
    debian /usr/sbin/slapd slapd
  fi
  # A certificate authority, with names that lead to this machine: tests start their own.
  debian pebble pebble
  if ! cargo nextest --version >/dev/null 2>&1; then
    echo "installing cargo-nextest…"
    cargo install --locked cargo-nextest
  fi
fi

if [ ${#missing[@]} -gt 0 ]; then
  printf '\nTisserand cannot be built yet: install the above, then try again.\n' >&2
  exit 1
fi
