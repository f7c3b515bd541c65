#!/bin/sh
# podman-py 5.8.0 with Podman 4.3: a pull that fails gives an image without an ID, and no error. The error is in the
# stream of the answer.
. "$(dirname "$0")/lib.sh"
use_podman
serve_podman
use_python podman==5.8.0
seen=$("$python" - "$socket" <<'PYTHON'
import sys

from podman import PodmanClient

with PodmanClient(base_url=f"unix://{sys.argv[1]}") as client:
    image = client.images.pull("127.0.0.1:1/nothing", tag="here")  # nothing listens there
    print(repr(image), image.id)
    stream = client.images.pull("127.0.0.1:1/nothing", tag="here", stream=True, decode=True)
    print(any("connection refused" in event.get("error", "") for event in stream))
PYTHON
)
echo "$seen"
expect "an image without an ID is returned, and the stream has the error" "<Image: ''> None
True" "$seen"
