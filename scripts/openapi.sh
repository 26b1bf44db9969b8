#!/usr/bin/env bash
# docs/openapi.json and the types that the web application takes from it, web/src/api/openapi.ts.
# No word: makes them again. check: compares them with what the server answers. try: sends a real server what the document of an environment
# describes, and what it does not, and compares the answers (Schemathesis); `try --longer` takes half an hour, `try --profiles` as long as it
# takes to be somebody of each profile.
set -euo pipefail
cd "$(dirname "$0")/.."
document=docs/openapi.json types=web/src/api/openapi.ts

if [ "${1:-}" = try ]; then
  venv=target/schemathesis requirements=crates/server/tests/openapi/requirements.txt
  if ! cmp -s "$requirements" "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/installed.txt"
  fi
  shift
  exec "$venv/bin/python" crates/server/tests/openapi/check.py "$@"
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cargo run --locked --quiet --package tisserand -- openapi >"$made/openapi.json"
# Apart from web/: the generator needs an older TypeScript than the application is checked with (decision 0041).
(
  cd web/openapi
  [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --silent
  npx --no-install openapi-typescript "$made/openapi.json" --output "$made/openapi.ts" >/dev/null
)

if [ "${1:-}" = check ]; then
  same=yes
  diff -u "$document" "$made/openapi.json" >&2 || same=no
  diff -u "$types" "$made/openapi.ts" >&2 || same=no
  if [ $same = no ]; then
    printf '\n%s or %s is not what the server answers any more: run make openapi and commit both.\n' "$document" "$types" >&2
    exit 1
  fi
else
  cp "$made/openapi.json" "$document"
  cp "$made/openapi.ts" "$types"
fi
