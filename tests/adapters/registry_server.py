"""A registry of a test: what it serves is made by hand, wrong things included."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass
class Answer:
    """An answer to a request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RegistryServer:
    """The served content by path; a callable decides by the request."""

    host: str
    answers: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def blob(self, content: bytes, *, name: str = "team/x") -> dict[str, object]:
        """Serve a blob; how a manifest names it."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.answers[f"/v2/{name}/blobs/{digest}"] = Answer(content)
        return {"digest": digest, "size": len(content), "mediaType": "application/octet-stream"}

    def manifest(self, facts: object, *, tag: str = "1", name: str = "team/x") -> str:
        """Serve a manifest by tag and by digest, which is returned."""
        text = json.dumps(facts).encode()
        digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
        answer = Answer(text, headers={"Content-Type": MANIFEST, "Docker-Content-Digest": digest})
        self.answers[f"/v2/{name}/manifests/{tag}"] = self.answers[f"/v2/{name}/manifests/{digest}"] = answer
        return digest

    def image(self, *layers: bytes, tag: str = "1", labels: dict[str, str] | None = None) -> str:
        """Serve an image of these layers, bottom first; the manifest's digest."""
        diffs = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
        config = {
            "os": "linux",
            "architecture": "amd64",
            "created": "2026-01-01T00:00:00Z",
            "config": {"Labels": labels or {}, "Cmd": ["run"], "Env": ["A=b"]},
            "rootfs": {"type": "layers", "diff_ids": diffs},
        }
        facts = {
            "schemaVersion": 2,
            "config": self.blob(json.dumps(config).encode()),
            "layers": [self.blob(gzip.compress(layer)) for layer in layers],
        }
        return self.manifest(facts, tag=tag)


@contextmanager
def serving() -> Iterator[RegistryServer]:
    """A registry on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.path, dict(self.headers.items()), self.rfile.read(length))
            registry.asked.append(asked)
            found = registry.answers.get(
                self.path, registry.answers.get(self.path.partition("?")[0], Answer(status=404))
            )
            answer = found(asked) if callable(found) else found
            self.send_response(answer.status)
            for name, text in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815 - as http.server wants it

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry = RegistryServer(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def archive(members: dict[str, bytes | str | tuple[str, str] | None]) -> bytes:
    """A tar archive."""
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.PAX_FORMAT) as opened:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o750
                opened.addfile(member)
            elif isinstance(content, tuple):
                member.type = tarfile.LNKTYPE if content[0] == "hard" else tarfile.SYMTYPE
                member.linkname = content[1]
                opened.addfile(member)
            else:
                text = content.encode() if isinstance(content, str) else content
                member.size = len(text)
                opened.addfile(member, io.BytesIO(text))
    return octets.getvalue()
