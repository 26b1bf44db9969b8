"""Attacks a real demo platform with sqlmap and wapiti; fails when either finds something.

Run by scripts/attack.sh. `--quick` leaves out what takes longest.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = os.environ.get("TISSERAND_BIN", ROOT / "target/debug/tisserand")
BIN = Path(sys.executable).parent
ENVIRONMENT = "acme-test"
PEOPLE = ["ada.lenoir@acme-chauffage.example", "theo.klein@acme-chauffage.example"]
READY = "Tisserand is ready: "
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
    asked = urllib.request.Request(f"{base}/data/{ENVIRONMENT}/openapi.json", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        told = json.load(answer)
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
    print(f"wapiti: {requests} addresses, {len(found)} findings")
    return [f"wapiti: {kind} at {path}: {info}" for kind, path, info in found]


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
    with tempfile.TemporaryDirectory(prefix="tisserand-attack-") as folder:
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
        secrets = {}
        for person in PEOPLE[:1] if quick else PEOPLE:
            said = run("token", "create", "--user", person, "--name", f"attack {person}", "--json")
            secrets[person] = json.loads(said.strip().splitlines()[-1])["token"]
        found = []
        with open(f"{folder}/server.log", "w+") as log:
            command = [PROGRAM, "serve", "--address", "127.0.0.1:0"]
            server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                line = next(line for line in server.stdout if line.startswith(READY))
                base = line[len(READY) :].strip()
                for person, secret in secrets.items():
                    print(f"as {person}", flush=True)
                    found += wapiti(base, secret, folder, 90 if quick else 420)
                    found += sqlmap(base, secret, folder, 1 if quick else 2)
                alive = server.poll() is None
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
            log.seek(0)
            # Both tools hang up on answers that take long.
            failures = [line for line in log if "request failed" in line or "panicked" in line]
            found += [line for line in failures if "the client went away" not in line]
    if not alive:
        found.append("the server ended")
    sys.exit("\n".join(["something was found:", *found]) if found else print("nothing was found"))


if __name__ == "__main__":
    main()
