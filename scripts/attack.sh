#!/usr/bin/env bash
# Attacks a demo platform of its own with sqlmap and wapiti, as an administrator and as somebody who may read only, and says what they found.
# Not among the tests: it takes a quarter of an hour, and both tools guess by how long an answer takes.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/attack requirements=crates/server/tests/attack/requirements.txt
if ! cmp -s "$requirements" "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  cp "$requirements" "$venv/installed.txt"
fi
exec "$venv/bin/python" crates/server/tests/attack/attack.py "$@"
