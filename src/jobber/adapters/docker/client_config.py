"""Registry credentials for a `docker` client that builds, served by a credential helper over a socket.

The client takes credentials only from its configuration. jobber therefore writes a configuration that names jobber's
own helper for the registries with known credentials. The helper requests them from jobber. No password is in a file, an
argument or an environment variable.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.adapters.host.temp_folder import make_short_folder
from jobber.domain.images.credentials import HUB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.images.credentials import Credentials

_CONFIGURATION = "config.json"
_HELPER = "jobber"
_SERVER_OF_HUB = "https://index.docker.io/v1/"
_ANSWER_SECONDS = 10.0
_PROGRAM = """\
import socket, sys
if sys.argv[1:] == ["get"]:
    asked = socket.socket(socket.AF_UNIX)
    asked.connect({path!r})
    asked.sendall(sys.stdin.buffer.read().strip() + b"\\n")
    answer = b"".join(iter(lambda: asked.recv(65536), b""))
    sys.stdout.buffer.write(answer or b"credentials not found in native keychain")
    sys.exit(not answer)
"""


@contextmanager
def client_configuration(
    credentials: Mapping[str, Credentials | None], folder: Path, environment: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Provide the credentials, by host, to a client that is started with the yielded environment variables.

    `folder` is a directory that only jobber uses.
    """
    if all(known is not None and known.stored for known in credentials.values()):
        yield {}  # the client's own stored credentials are the most accurate
        return
    servers = {_SERVER_OF_HUB if host == HUB else host: known for host, known in credentials.items()}
    sockets = make_short_folder("jobber-keys-")
    path = sockets / "credentials"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, servers), daemon=True)
        thread.start()
        try:
            yield {
                "DOCKER_CONFIG": str(_write_configuration(folder, servers, environment)),
                "PATH": os.pathsep.join((str(_write_helper(folder, path)), environment.get("PATH", ""))),
            }
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            shutil.rmtree(sockets, ignore_errors=True)


def _serve(listener: socket.socket, servers: Mapping[str, Credentials | None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the listener was shut down
            return
        with connection:
            try:
                connection.settimeout(_ANSWER_SECONDS)
                connection.sendall(_answer(connection, servers))
            except OSError:
                continue


def _answer(connection: socket.socket, servers: Mapping[str, Credentials | None]) -> bytes:
    asked = b""
    while not asked.endswith(b"\n") and (chunk := connection.recv(4096)):
        asked += chunk
    server = asked.decode(errors="replace").strip()
    known = servers.get(server)
    if known is None:
        return b""
    user, secret = ("<token>", known.identity_token) if known.identity_token else (known.user, known.password)
    return json.dumps({"ServerURL": server, "Username": user, "Secret": secret}).encode()


def _write_configuration(
    folder: Path, servers: Mapping[str, Credentials | None], environment: Mapping[str, str]
) -> Path:
    """Write the user's configuration without the logins stored in it, with jobber's helper for these servers."""
    own = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/"), ".docker"))
    made = folder / "docker"
    made.mkdir()
    if own.is_dir():
        for item in own.iterdir():
            if item.name != _CONFIGURATION:
                (made / item.name).symlink_to(item.resolve())
    settings = _settings(own / _CONFIGURATION)
    settings.pop("auths", None)
    helpers = settings.get("credHelpers")
    known = dict.fromkeys(servers, _HELPER)
    settings["credHelpers"] = {**helpers, **known} if isinstance(helpers, dict) else known
    (made / _CONFIGURATION).write_text(json.dumps(settings))
    return made


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _write_helper(folder: Path, path: Path) -> Path:
    made = folder / "bin"
    made.mkdir()
    (made / "program.py").write_text(_PROGRAM.format(path=str(path)))
    helper = made / f"docker-credential-{_HELPER}"
    words = shlex.join([sys.executable, "-IS", str(made / "program.py")])
    helper.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    helper.chmod(0o700)
    return made
