#!/bin/sh
# podman-py 5.8.0: a list as a label filter, as docker-py takes it, is sent as the text of a Python list, and matches
# nothing.
. "$(dirname "$0")/lib.sh"
use_podman
make_context 'LABEL a=b'
$podman build --quiet --tag box "$folder/box" >/dev/null || cannot "the image could not be built"
serve_podman
use_python podman==5.8.0
seen=$("$python" - "$socket" <<'PYTHON'
import sys

from podman import PodmanClient

with PodmanClient(base_url=f"unix://{sys.argv[1]}") as client:
    for label in ("a=b", ["a=b"]):
        print(label, len(client.images.list(filters={"label": label})))
PYTHON
)
echo "$seen"
expect "one image with a text, none with a list" "a=b 1
['a=b'] 0" "$seen"
