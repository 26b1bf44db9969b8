"""Tries what the OpenAPI document of a real environment describes: no failure of the server, no answer that the document does not have.

Run by scripts/openapi.sh try. `--longer` tries every entity, for half an hour.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = os.environ.get("TISSERAND_BIN", ROOT / "target/debug/tisserand")
ENVIRONMENT = "acme-test"
PERSON = "ada.lenoir@acme-chauffage.example"
# Keys, files, transitions, every type of field but few. Other entities have the same operations: `--longer` tries them.
TRIED = ["tisserand", "accounts"]
READY = "Tisserand is ready: "

CONFIG = """
continue-on-failure = true
request-timeout = 20.0
workers = 1
color = false
# Deletions come to records that others refer to, transitions to records that are elsewhere: that is no fault of the document.
warnings = false

[generation]
deterministic = true
no-shrink = true
max-examples = {examples}

[checks]
# A condition or a key is a text: what it says is refused, not its shape.
positive_data_acceptance.enabled = false

[phases]
examples.enabled = false
stateful.enabled = false
# OPTIONS is answered everywhere; only the general document says so.
coverage.unexpected-methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE"]

[[operations]]
# Never ends: tests/http/events.rs follows it.
include-path-regex = "^/events/"
enabled = false
"""

OTHERS = """
[[operations]]
exclude-tag = {tags}
enabled = false
"""

RECORDS = """
[dictionaries.{tag}]
values = {ids}

[[operations]]
include-tag = "{tag}"
parameters = {{ "path.id" = {{ dictionary = "{tag}" }} }}
"""


def main():
    longer = "--longer" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="tisserand-openapi-") as folder:
        environment = {
            **os.environ,
            "LANG": "C.UTF-8",
            "TISSERAND_DATA": f"{folder}/data",
            "TISSERAND_MODULES": str(ROOT / "modules"),
        }

        def run(*arguments):
            command = [PROGRAM, *arguments]
            return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout

        run("demo", "--small", "--only-create")
        said = run("token", "create", "--user", PERSON, "--name", "schemathesis", "--json")
        token = json.loads(said.strip().splitlines()[-1])["token"]
        command = [PROGRAM, "serve", "--address", "127.0.0.1:0"]
        with open(f"{folder}/server.log", "w+") as log:
            server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                line = next(line for line in server.stdout if line.startswith(READY))
                code = tried(line[len(READY) :].strip(), token, folder, longer)
                alive = server.poll() is None
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
            log.seek(0)
            failures = [line for line in log if "request failed" in line or "panicked" in line]
    if not alive or failures:
        sys.exit("".join(["the server failed:\n", *failures]))
    sys.exit(code)


def tried(address, token, folder, longer):
    """Runs Schemathesis; its exit code."""
    document = f"{address}/data/{ENVIRONMENT}/openapi.json"
    config = CONFIG.format(examples=30 if longer else 3)
    if not longer:
        config += OTHERS.format(tags=json.dumps(TRIED))
    for tag in [tag["name"] for tag in asked(document, token)["tags"] if tag["name"] != "tisserand"]:
        page = asked(f"{address}/data/{ENVIRONMENT}/{tag}?$select=id&$top=20", token)
        if ids := [record["id"] for record in page["value"]]:
            config += RECORDS.format(tag=tag, ids=json.dumps(ids))
    path = Path(folder) / "schemathesis.toml"
    path.write_text(config)
    program = Path(sys.executable).parent / "schemathesis"
    header = f"Authorization: Bearer {token}"
    command = [program, "--config-file", path, "run", document, "--header", header]
    return subprocess.run(command, cwd=folder, check=False).returncode


def asked(address, token):
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
