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

from jobber.adapters.credentials.stored import stored_credentials
from jobber.adapters.host.temp_folder import make_short_folder
from jobber.domain.errors import JobberError
from jobber.domain.images.credentials import HUB
from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jobber.domain.images.credentials import Credentials

_CONFIGURATION = "config.json"
_HELPER = "jobber"
_SECRETS = ("auth", "identitytoken", "username")
"""The keys of a login in a configuration that has its secret itself."""
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

    The client keeps its own stored logins; jobber's helper also provides those in its configuration file. `folder` is
    a directory that only jobber uses.
    """
    servers = {_SERVER_OF_HUB if host == HUB else host: known for host, known in credentials.items()}
    own = _own_folder(environment)
    settings = _settings(own / _CONFIGURATION)
    helpers = _section(settings, "credHelpers")
    its_own = {*_logged_in(settings), *helpers}
    if all(known is not None and known.stored and server in its_own for server, known in servers.items()):
        yield {}  # the client's own stored credentials are the most accurate
        return
    # A login in the file counts only if no helper is configured for its server, as with the client.
    in_file = () if settings.get("credsStore") else _logged_in(settings, with_secret=True)
    helped = {**dict.fromkeys(in_file, _HELPER), **helpers, **dict.fromkeys(servers, _HELPER)}

    def find(server: str) -> Credentials | None:
        if server in servers:
            return servers[server]
        return _stored(server, environment) if server in in_file else None

    sockets = make_short_folder("jobber-keys-")
    path = sockets / "credentials"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, find), daemon=True)
        thread.start()
        try:
            yield {
                "DOCKER_CONFIG": str(_write_configuration(folder, own, settings, helped)),
                "PATH": os.pathsep.join((str(_write_helper(folder, path)), environment.get("PATH", ""))),
            }
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            shutil.rmtree(sockets, ignore_errors=True)


def _serve(listener: socket.socket, find: Callable[[str], Credentials | None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the listener was shut down
            return
        with connection:
            try:
                connection.settimeout(_ANSWER_SECONDS)
                connection.sendall(_answer(connection, find))
            except OSError:
                continue


def _answer(connection: socket.socket, find: Callable[[str], Credentials | None]) -> bytes:
    asked = b""
    while not asked.endswith(b"\n") and (chunk := connection.recv(4096)):
        asked += chunk
    server = asked.decode(errors="replace").strip()
    known = find(server)
    if known is None:
        return b""
    user, secret = ("<token>", known.identity_token) if known.identity_token else (known.user, known.password)
    return json.dumps({"ServerURL": server, "Username": user, "Secret": secret}).encode()


def _own_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's own configuration."""
    return Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/"), ".docker"))


def _section(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = settings.get(name)
    return section if isinstance(section, dict) else {}


def _logged_in(settings: Mapping[str, Any], *, with_secret: bool = False) -> tuple[str, ...]:
    """Return the servers that the configuration has logins for; `with_secret`, those whose secrets are in it.

    They are named as the client asks for them: by the host alone, but for Docker's own registry.
    """
    return tuple(
        key if key == _SERVER_OF_HUB else key.removeprefix("https://").removeprefix("http://").partition("/")[0]
        for key, login in _section(settings, "auths").items()
        if not with_secret or (isinstance(login, dict) and any(map(login.get, _SECRETS)))
    )


def _stored(server: str, environment: Mapping[str, str]) -> Credentials | None:
    """Return the stored login for a server; None where there is none that can be used."""
    try:
        reference = parse_reference(f"{HUB if server == _SERVER_OF_HUB else server}/{_HELPER}")
        return stored_credentials(reference, environment)
    except JobberError:
        return None


def _write_configuration(folder: Path, own: Path, settings: Mapping[str, Any], helped: Mapping[str, str]) -> Path:
    """Write the user's configuration without the logins stored in it, with these helpers by server."""
    made = folder / "docker"
    made.mkdir()
    if own.is_dir():
        for item in own.iterdir():
            if item.name != _CONFIGURATION:
                (made / item.name).symlink_to(item.resolve())
    written = {name: value for name, value in settings.items() if name != "auths"}
    (made / _CONFIGURATION).write_text(json.dumps({**written, "credHelpers": helped}))
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
