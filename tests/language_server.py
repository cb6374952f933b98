"""A client of yaml-language-server, which editors ask: what it says of a document, and what it would complete."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

FOLDER = Path(__file__).parent / "conformance" / "yaml_language_server"
PROGRAM = FOLDER / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


def is_installed() -> bool:
    """Whether node and the server are here."""
    return shutil.which("node") is not None and PROGRAM.is_file()


@contextmanager
def language_server(root: Path) -> Iterator["LanguageServer"]:
    """Run the server on a folder; it fetches nothing."""
    process = subprocess.Popen(
        ["node", str(PROGRAM), "--stdio"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    server = LanguageServer(root, process.stdin, process.stdout)
    try:
        capabilities = {"textDocument": {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}}}
        server.request("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities})
        server.notify("initialized", {})
        server.notify("workspace/didChangeConfiguration", {"settings": SETTINGS})
        yield server
        server.request("shutdown", None)
        server.notify("exit", None)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.kill()
        process.wait(10)


SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}


@dataclass
class LanguageServer:
    """The running server, asked one thing at a time."""

    root: Path
    to_server: IO[bytes]
    from_server: IO[bytes]
    _count: int = 0
    _opened: int = 0
    _diagnostics: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def problems(self, name: str, text: str) -> list[str]:
        """Return what the server says of a document: `line: message`, lines from 1."""
        uri = self._open(name, text)
        while uri not in self._diagnostics:
            self._take()
        found = self._diagnostics.pop(uri)
        self._close(uri)
        return [f"{problem['range']['start']['line'] + 1}: {problem['message']}" for problem in found]

    def completions(self, name: str, text: str) -> set[str]:
        """Return what the server offers at the mark `|` in a document."""
        return {str(item["label"]) for item in self._at_mark("textDocument/completion", name, text)["items"]}

    def hover(self, name: str, text: str) -> str:
        """Return what the server says of the word after the mark `|` in a document."""
        answer = self._at_mark("textDocument/hover", name, text)
        return str(answer["contents"]["value"]) if answer else ""

    def request(self, method: str, params: Any) -> Any:
        """Send a request and return its answer."""
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        while (message := self._take()).get("id") != self._count or "method" in message:
            pass
        assert "error" not in message, message
        return message["result"]

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _at_mark(self, method: str, name: str, text: str) -> Any:
        before, _, after = text.partition("|")
        uri = self._open(name, before + after)
        line = before.count("\n")
        position = {"line": line, "character": len(before) - (before.rfind("\n") + 1)}
        answer = self.request(method, {"textDocument": {"uri": uri}, "position": position})
        self._close(uri)
        return answer

    def _open(self, name: str, text: str) -> str:
        # A name of its own for each: the server's last word on a closed document may still be on its way.
        self._opened += 1
        path = self.root / name
        uri = path.with_stem(f"{path.stem}-{self._opened}").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def _close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.to_server.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.to_server.flush()

    def _take(self) -> dict[str, Any]:
        """Read one message, answer it if it is a question, and return it."""
        length = 0
        while header := self.from_server.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has ended"
        message: dict[str, Any] = json.loads(self.from_server.read(length))
        match message:
            case {"method": "textDocument/publishDiagnostics", "params": params}:
                self._diagnostics[params["uri"]] = params["diagnostics"]
            case {"method": "workspace/configuration", "id": number, "params": params}:
                answers = [SETTINGS.get(item.get("section", "")) for item in params["items"]]
                self._send({"id": number, "result": answers})
            case {"method": _, "id": number}:
                self._send({"id": number, "result": None})
            case _:
                pass
        return message
