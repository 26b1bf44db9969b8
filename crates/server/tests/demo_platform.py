"""A real demo platform on loopback, for programs that try it from outside."""

import json
import os
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("TISSERAND_BIN", ROOT / "target/debug/tisserand")
READY = "Tisserand is ready: "


class DemoPlatform:
    """Made when it is entered, served between `serve` and the end; `folder` is its own."""

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="tisserand-tried-")
        self.folder = self._temporary.name
        self._environment = {
            **os.environ,
            "LANG": "C.UTF-8",
            "TISSERAND_DATA": f"{self.folder}/data",
            "TISSERAND_MODULES": str(ROOT / "modules"),
        }
        self._server = self._log = None
        self.run("demo", "--small", "--only-create")
        return self

    def __exit__(self, *_):
        self.stop()
        self._temporary.cleanup()

    def run(self, *arguments):
        """What a command prints."""
        command = [PROGRAM, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self._environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"tisserand {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def token(self, person):
        """The secret of a new token of that person."""
        said = self.run("token", "create", "--user", person, "--name", f"tried as {person}", "--json")
        return json.loads(said.strip().splitlines()[-1])["token"]

    def serve(self):
        """Begins to serve; its address."""
        self._log = open(f"{self.folder}/server.log", "w+", encoding="utf-8")
        command = [PROGRAM, "serve", "--address", "127.0.0.1:0"]
        self._server = subprocess.Popen(
            command, cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        line = next(line for line in self._server.stdout if line.startswith(READY))
        return line[len(READY) :].strip()

    def stop(self):
        """Ends it; what it says went wrong."""
        if self._server is None:
            return []
        ended = [] if self._server.poll() is None else ["the server ended\n"]
        self._server.send_signal(signal.SIGTERM)
        self._server.wait(30)
        self._log.seek(0)
        failures = [line for line in self._log if "request failed" in line or "panicked" in line]
        self._log.close()
        self._server = None
        return ended + failures


def asked(address, token):
    """The JSON that a program with that token is answered."""
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
