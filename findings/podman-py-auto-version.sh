#!/bin/sh
# podman-py 5.8.0: PodmanClient(version="auto"), documented as the default, asks for paths below /vauto/, which the
# service does not have.
. "$(dirname "$0")/lib.sh"
use_podman
serve_podman
use_python podman==5.8.0
seen=$("$python" - "$socket" <<'PYTHON'
import sys

from podman import PodmanClient

for settings in ({}, {"version": "auto"}):
    with PodmanClient(base_url=f"unix://{sys.argv[1]}", **settings) as client:
        print(client.ping(), client.api.path_prefix)
PYTHON
)
echo "$seen"
expect "the service answers without a version, and not to auto" "True /v5.8.0/libpod/
False /vauto/libpod/" "$seen"
