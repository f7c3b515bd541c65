"""Certificates for a server and a client on this machine, as `docker` names their files."""

from __future__ import annotations

import subprocess
from pathlib import Path

_NAMES = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:registry.test"
_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificates(folder: Path) -> Path:
    """Make a folder with an authority, `server-cert.pem`, `cert.pem` and their keys."""
    folder.mkdir(exist_ok=True)
    _openssl("req", "-x509", "-subj", "/CN=jobber-test-ca", "-days", "2", *_pair(folder, "ca-key", "ca"))
    for name, usage in (("server-", "serverAuth"), ("", "clientAuth")):
        request = folder / f"{name}request.pem"
        extensions = folder / f"{name}extensions"
        extensions.write_text(f"subjectAltName={_NAMES}\nextendedKeyUsage={usage}\n")
        _openssl("req", "-subj", f"/CN={name}jobber-test", *_pair(folder, f"{name}key", f"{name}request"))
        _openssl(
            *("x509", "-req", "-in", str(request), "-extfile", str(extensions), "-days", "2", "-CAcreateserial"),
            *("-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca-key.pem", "-out", f"{folder}/{name}cert.pem"),
        )
    return folder


def _pair(folder: Path, key: str, certificate: str) -> list[str]:
    return [*_KEY, "-keyout", f"{folder}/{key}.pem", "-out", f"{folder}/{certificate}.pem"]


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
