"""Runs the checks of scim2-tester against a real server: discovery, and every attribute of people and groups created, read, replaced, patched and deleted.

Run by scripts/test.sh, as a directory with a token that an administrator made.
"""

import json
import sys
from pathlib import Path

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from demo_platform import DemoPlatform  # noqa: E402

ENVIRONMENT = "acme-test"


def main():
    with DemoPlatform() as platform:
        said = platform.run("scim", "token", ENVIRONMENT, "scim2-tester", "--json")
        token = json.loads(said.strip().splitlines()[-1])["token"]
        address = f"{platform.serve()}/scim/v2/{ENVIRONMENT}"
        with Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
            results = check_server(SyncSCIMClient(http))
        failures = platform.stop()
    bad = [one for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
    for one in bad:
        print(f"{one.status.name} {one.title}: {one.reason}", file=sys.stderr)
    failures += [f"{len(bad)} of {len(results)} checks failed\n"] if bad else []
    for line in failures:
        print(line, end="", file=sys.stderr)
    if len(results) < 50:
        raise SystemExit(f"only {len(results)} checks ran")
    print(f"{len(results)} checks, {len(bad)} failed")
    raise SystemExit(1 if failures else 0)


main()
