"""Attacks a real demo platform with sqlmap and wapiti; fails when either finds something.

Run by scripts/attack.sh. `--quick` leaves out what takes longest.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from demo_platform import DemoPlatform, asked  # noqa: E402

BIN = Path(sys.executable).parent
ENVIRONMENT = "acme-test"
PEOPLE = ["ada.lenoir@acme-chauffage.example", "theo.klein@acme-chauffage.example"]
MODULES = "backup,crlf,exec,file,htaccess,ldap,log4shell,methods,permanentxss,redirect,shellshock,spring4shell,sql,ssrf,ssti,xss,xxe"

# What takes text from whoever asks. `*` is where sqlmap puts its own.
ADDRESSES = [
    "/data/{env}/accounts?$filter={filter}*",
    "/data/{env}/accounts?$orderby=name*",
    "/data/{env}/accounts?$search=a*",
    "/data/{env}/accounts?$apply={apply}*",
    "/data/{env}/accounts?$where={where}*",
    "/data/{env}/accounts?$select=name*",
    "/data/{env}/$search?q=a*",
    "/data/{env}/$journal?entity=account*",
]


def wapiti(base, secret, folder, seconds):
    report, document = Path(folder) / "wapiti.json", Path(folder) / "openapi.json"
    # It asks for the document without saying who it is.
    told = asked(f"{base}/data/{ENVIRONMENT}/openapi.json", secret)
    # Every entity has the same operations.
    told["paths"] = {path: one for path, one in told["paths"].items() if "$" in path or "/accounts" in path}
    document.write_text(json.dumps({**told, "servers": [{"url": base}]}))
    subprocess.run(
        [
            BIN / "wapiti", "--url", f"{base}/", "--swagger", str(document),
            "--header", f"Authorization: Bearer {secret}", "--module", MODULES, "--format", "json", "--output", report,
            "--flush-session", "--store-session", folder, "--max-scan-time", str(seconds), "--max-attack-time", str(seconds // 6),
            "--verbose", "0", "--no-bugreport",
        ],
        check=False, cwd=folder, stdout=subprocess.DEVNULL,
    )
    told = json.loads(report.read_text())
    requests = told["infos"].get("crawled_pages_nbr")
    found = [(kind, one["path"], one["info"]) for part in ("vulnerabilities", "anomalies") for kind, all in told[part].items() for one in all]
    found = [one for one in found if one[0] != "Spring4Shell" or differs(f"{base}{one[1]}", secret)]
    print(f"wapiti: {requests} addresses, {len(found)} findings")
    return [f"wapiti: {kind} at {path}: {info}" for kind, path, info in found]


def differs(url, secret):
    """Whether their parameter is refused otherwise than any other. wapiti finds a fault where it is refused and nothing is not, which is so too
    where the first request did something that is not done twice: an archive that is asked for is being prepared when the second comes."""
    refused, given = set(), set()
    for name, answers in [("class.module.classLoader[a]", refused), ("another", given)] * 2:
        for method, address, form in (("GET", f"{url}?{quote(name)}=a", None), ("POST", url, f"{quote(name)}=a".encode())):
            request = Request(address, form, {"Authorization": f"Bearer {secret}"}, method=method)
            try:
                urlopen(request).close()
            except HTTPError as answer:
                answers.add((method, answer.code))
    return not refused <= given


def sqlmap(base, secret, folder, level):
    found = []
    parts = {
        "env": ENVIRONMENT,
        "filter": quote("name eq 'a'"),
        "apply": quote("groupby((kind),aggregate($count as n))"),
        "where": quote("name = 'a'"),
    }
    for address in ADDRESSES:
        url = base + address.format(**parts)
        told = subprocess.run(
            [
                BIN / "sqlmap", "--url", url, "--headers", f"Authorization: Bearer {secret}", "--batch", "--level", str(level),
                "--risk", "2", "--flush-session", "--output-dir", folder, "--disable-coloring", "--timeout", "20",
                "--ignore-code", "*", "--dbms", "sqlite,postgresql",
            ],
            capture_output=True, text=True, check=False,
        ).stdout
        if "do not appear to be injectable" not in told and "does not seem to be injectable" not in told:
            found.append(f"sqlmap: {address}: {told[-600:]}")
        print(f"sqlmap: {address}: {'tried' if not found or address not in found[-1] else 'FOUND'}", flush=True)
    return found


def main():
    quick = "--quick" in sys.argv[1:]
    with DemoPlatform() as platform:
        secrets = {person: platform.token(person) for person in (PEOPLE[:1] if quick else PEOPLE)}
        found, base = [], platform.serve()
        for person, secret in secrets.items():
            print(f"as {person}", flush=True)
            found += wapiti(base, secret, platform.folder, 90 if quick else 420)
            found += sqlmap(base, secret, platform.folder, 1 if quick else 2)
        # Both tools hang up on answers that take long.
        found += [line for line in platform.stop() if "the client went away" not in line]
    sys.exit("\n".join(["something was found:", *found]) if found else print("nothing was found"))


if __name__ == "__main__":
    main()
