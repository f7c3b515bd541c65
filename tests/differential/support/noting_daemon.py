"""A socket that answers docker's client like the newest daemon, and notes what it is asked to create."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

API = "1.51"


class NotingDaemon(ThreadingMixIn, UnixStreamServer):
    """Takes every create call, and makes nothing."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Answers)
        self.address = f"unix://{path}"
        self.asked: dict[str, Any] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def forget(self) -> None:
        """Nothing has been asked."""
        self.asked = {}


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: NotingDaemon

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(200, b"")

    def do_GET(self) -> None:
        self._answer(200, b"OK" if self.path.endswith("_ping") else b"{}")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.server.asked = json.loads(self.rfile.read(length))
        self._answer(201, json.dumps({"Id": "0" * 64, "Warnings": []}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Api-Version", API)
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
