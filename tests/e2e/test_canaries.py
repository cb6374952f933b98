"""Twelve secrets through every failure at DEBUG: none of them stands in any output, file or database afterwards."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from tests.e2e.program import Program, finished, running, until
from tests.receivers import MailReceiver
from tocsin.cli.check import check

CANARIES = {
    name: f"cnry{number:02d}{name}Q7"
    for number, name in enumerate(
        (
            "apikey", "streamtoken", "slacktoken", "mailpassword", "hookpath", "signing", "envdefault", "filepassword",
            "pluginsecret", "querykey", "headertoken", "literal",
        ),
        start=1,
    )
}  # fmt: skip
DESTINATIONS = ("slack", "mail", "path", "signed", "fallenback", "file", "plugin", "query", "header", "nowhere")
"""One for each secret but the stream's two and the literal one, and one that nothing listens at."""

CONFIG = """
source: {{url: "${{STREAM_URL}}?token=${{STREAM_TOKEN}}", api_key: "${{API_KEY}}", subscribe: {{}}}}
rules: [rules.yaml]
destinations:
  slack: {{url: "${{SLACK_URL}}"}}
  mail: {{url: "mailto://me:${{MAIL_PASSWORD}}@127.0.0.1:{mail}?from=me@tocsin.example&to=you@tocsin.example"}}
  path: {{url: "json://127.0.0.1:{echo}/${{HOOK_PATH}}"}}
  signed: {{url: "json://127.0.0.1:{echo}/signed", sign: "${{SIGNING}}"}}
  fallenback: {{url: "${{NOT_SET:-json://127.0.0.1:{echo}/{envdefault}}}", fallback: path}}
  file: {{url: "json://me:${{file:password.txt}}@127.0.0.1:{echo}/file"}}
  plugin: {{action: exec, command: [/bin/ls, "/no/such/${{PLUGIN_SECRET}}"]}}
  query: {{url: "json://127.0.0.1:{echo}/query?-key=${{QUERY_KEY}}"}}
  header: {{url: "json://127.0.0.1:{echo}/header?+X-Token=${{HEADER_TOKEN}}"}}
  nowhere: {{url: "json://127.0.0.1:9/${{HOOK_PATH}}"}}
routes: [{{notify: [{names}]}}]
notices: {{to: path}}
plugins: {{exec: {{allow: [/bin/ls]}}}}
log: {{level: debug}}
"""
RULES = """
tocsin: 1
rules:
  everything: {when: {gte: [.metrics.likes, 0]}}
"""
BROKEN = (
    'destinations: {d: {url: "json://me:CANARY@127.0.0.1/"\n',
    "destinations: {d: {url: @CANARY}}\n",
    'destinations: {d: {url: "nosuch://CANARY/"}}\n',
    "destinations: {d: {url: [json://127.0.0.1/, {CANARY: 1}]}}\n",
    'source: {url: "ws://me:CANARY@127.0.0.1/", api_key: CANARY, subscribe: {}}\n',
    'source: {url: "ws://example.com/?token=CANARY", api_key: "CANARY é", subscribe: {}}\n',
    "source: {api_kee: CANARY, subscribe: {}}\nrules: [rules.yaml]\n",
    'destinations: {d: {url: "${file:/no/such/CANARY}"}}\n'.replace("CANARY", "file"),
    "destinations: {d: {action: exec, command: [/bin/CANARY, CANARY], timeout_s: CANARY}}\n",
    "destinations: {d: {url: 'json://127.0.0.1/CANARY', sign: ['CANARY', 5], quiet: CANARY}}\n",
    "plugins: {sql: {password: CANARY}, exec: {allow: [CANARY]}}\n",
)


@dataclass
class Echo:
    """Answers each request with all of it: the worst a service can do, in every way that it can refuse one."""

    paths: set[str] = field(default_factory=set)
    port: int = 0

    @contextmanager
    def listening(self) -> Iterator["Echo"]:
        """Listen on loopback for the length of the block."""
        echo, number = self, count()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                echo.paths.add(self.path)
                said = f"{self.requestline}\n{self.headers}\n".encode() + body
                status = (500, 429, 200, 503, 400, 302, 404)[next(number) % 7]
                self.send_response(status, "CRLF" if status == 500 else self.path)
                self.send_header("Retry-After", "1" if status == 429 else self.headers.get("Authorization", "soon"))
                self.send_header("Location", f"http://127.0.0.1{self.path}")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def environment(stream: str) -> dict[str, str]:
    """Return what the program finds its secrets in. Slack is reached through a proxy that isn't there: never at all."""
    c = CANARIES
    return {
        "STREAM_URL": stream, "STREAM_TOKEN": c["streamtoken"], "API_KEY": c["apikey"],
        "SLACK_URL": f"slack://T1JJ3T3L2/A1BRTD4JD/{c['slacktoken']:x<24.24}/#general",
        "MAIL_PASSWORD": c["mailpassword"], "HOOK_PATH": c["hookpath"], "SIGNING": c["signing"],
        "PLUGIN_SECRET": c["pluginsecret"], "QUERY_KEY": c["querykey"], "HEADER_TOKEN": c["headertoken"],
        "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip


def forms(canary: str) -> set[bytes]:
    """Return a secret as it stands and as the services are sent it."""
    return {
        canary.encode(),
        quote(canary, safe="").encode(),
        b64encode(f"me:{canary}".encode()),
        b64encode(canary.encode()),
    }


def assert_none_stands_in(texts: dict[str, bytes], canaries: dict[str, str] = CANARIES) -> None:
    """Fail with the places in which a secret stands."""
    found = [
        f"{name} in {where}: …{text[max(0, at - 80) : at + 40]!r}"
        for where, text in texts.items()
        for name, canary in canaries.items()
        for form in forms(canary)
        if (at := text.lower().find(form.lower())) >= 0
    ]
    assert not found, "\n".join(found[:12])


def printed(program: Program) -> bytes:
    return program.output().encode()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_secret_stands_anywhere_after_every_failure(tmp_path: Path) -> None:
    outputs: dict[str, bytes] = {}
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "password.txt").write_text(CANARIES["filepassword"])
    stream = (
        "simulate",
        "--port",
        "0",
        "--rate",
        "5",
        "--key",
        CANARIES["apikey"],
        "--fault",
        "refuse after=3 status=503",
    )
    with (
        Echo().listening() as echo,
        MailReceiver("550 no such user") as mail,
        running(*stream, cwd=tmp_path) as simulator,
    ):
        url = simulator.line("listening on").removeprefix("listening on ")
        env = environment(url)
        names = ", ".join(DESTINATIONS)
        config = CONFIG.format(echo=echo.port, mail=mail.port, names=names, envdefault=CANARIES["envdefault"])
        (tmp_path / "tocsin.yaml").write_text(config)
        with running("run", cwd=tmp_path, env=env) as program:
            for name in DESTINATIONS:
                program.line(f'"destination": "{name}"')
            until(lambda: sum('"destination"' in line for line in program.err) > 60, "answers of every kind")
            program.kill()  # what stands in the write-ahead log is looked at too
        outputs |= {"run": printed(program)} | files(tmp_path)
        wrong = finished("run", cwd=tmp_path, env=env | {"API_KEY": CANARIES["apikey"][::-1]})
        outputs["run with a wrong key"] = printed(wrong)
        for name in ("slack", "mail", "plugin"):
            outputs[f"notify test {name}"] = printed(finished("notify", "test", name, cwd=tmp_path, env=env))
    for command in (
        "check", "check --format json", "plan", "outbox", "outbox --format json", "alerts", "alerts --format json",
        "plugins", "doctor", "run --dry-run --for 1s", "explain rules.yaml", "trace 1", "outbox retry --all",
    ):  # fmt: skip
        outputs[command] = printed(finished(*command.split(" "), cwd=tmp_path, env=env))
    outputs |= files(tmp_path)
    assert {f"/{CANARIES['hookpath']}", f"/{CANARIES['envdefault']}"} <= echo.paths
    assert len(outputs) > 15
    assert_none_stands_in(outputs)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file that tocsin wrote."""
    ours = {"tocsin.yaml", "password.txt"}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in ours}


@pytest.mark.parametrize("broken", BROKEN)
def test_no_secret_that_stands_in_a_broken_configuration_is_shown(tmp_path: Path, broken: str) -> None:
    canary = CANARIES["literal"]
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "tocsin.yaml").write_text(broken.replace("CANARY", canary))
    where = ["--config", str(tmp_path / "tocsin.yaml")]
    for arguments in (where, [*where, "--format", "json"]):
        result = CliRunner().invoke(check, arguments)
        assert result.exit_code
        assert_none_stands_in({"check": f"{result.output}{result.exception!r}".encode()})
