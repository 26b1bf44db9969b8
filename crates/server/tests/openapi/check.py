"""Tries what the OpenAPI document of a real environment describes: no failure of the server, no answer that the document does not have.

Run by scripts/openapi.sh try, as an administrator. `--longer` tries every entity, for half an hour; `--profiles` once more as somebody of each
other profile, for some minutes.
"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from demo_platform import DemoPlatform, asked  # noqa: E402

ENVIRONMENT = "acme-test"
PERSON = "ada.lenoir@acme-chauffage.example"
# Of an environment of a client, and of the one that the platform is run from.
PROFILES = {
    ENVIRONMENT: ["reader", "sales", "sales,own_agency", "sales_manager", "assistant", "external_contact", "protection_officer"],
    "platform": ["operator", "integrator"],
}
# Keys, files, transitions, every type of field but few. Other entities have the same operations: `--longer` tries them.
TRIED = ["tisserand", "accounts"]

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
# The document has what a profile may do. What others may do is there too, and refused.
unsupported_method.enabled = {methods}

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
    longer, profiles = "--longer" in sys.argv[1:], "--profiles" in sys.argv[1:]
    with DemoPlatform() as platform:
        tries = [(ENVIRONMENT, "administrator", platform.token(PERSON))]
        if profiles:
            tries = [(where, profile, somebody(platform, where, profile)) for where, all in PROFILES.items() for profile in all]
        address, refused = platform.serve(), []
        for where, profile, token in tries:
            print(f"as {profile} of {where}", flush=True)
            if tried(address, where, profile, token, platform.folder, longer):
                refused.append(profile)
        failures = platform.stop()
    if failures:
        sys.exit("".join(["the server failed:\n", *failures]))
    sys.exit(f"not as described for: {' '.join(refused)}" if refused else 0)


def somebody(platform, environment, profile):
    """The token of a new person who has these profiles there."""
    email = f"{profile.replace(',', '.')}.tried@tisserand.example"
    grant = f"{environment}={profile}"
    platform.run("user", "create", "--name", profile, "--email", email, "--grant", grant, "--password", "quatre chevaux au pré", "--keep")
    return platform.token(email)


def tried(address, environment, profile, token, folder, longer):
    """Runs Schemathesis; its exit code."""
    document = f"{address}/data/{environment}/openapi.json"
    config = CONFIG.format(examples=30 if longer else 3, methods=json.dumps(profile == "administrator"))
    tags = [tag["name"] for tag in asked(document, token)["tags"]]
    if not longer:
        # Of what a profile may not see, the document says nothing: another is tried then.
        tried = TRIED if set(TRIED) <= set(tags) else tags[:2]
        config += OTHERS.format(tags=json.dumps(tried))
    for tag in [tag for tag in tags if tag != "tisserand"]:
        page = asked(f"{address}/data/{environment}/{tag}?$select=id&$top=20", token)
        if ids := [record["id"] for record in page["value"]]:
            config += RECORDS.format(tag=tag, ids=json.dumps(ids))
    path = Path(folder) / "schemathesis.toml"
    path.write_text(config)
    program = Path(sys.executable).parent / "schemathesis"
    header = f"Authorization: Bearer {token}"
    command = [program, "--config-file", path, "run", document, "--header", header]
    return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    main()
