#!/bin/sh
# podman-py 5.8.0: of a file with two names in a build context, one name alone reaches the image.
. "$(dirname "$0")/lib.sh"
use_podman
make_context 'COPY one two /c/' 'RUN ["/busybox", "ls", "/c"]'
echo text >"$folder/box/one"
ln "$folder/box/one" "$folder/box/two"
by_client=$($podman build "$folder/box" 2>/dev/null | grep -c -x -E 'one|two')
serve_podman
use_python podman==5.8.0
"$python" - "$socket" "$folder/box" >"$folder/said" 2>&1 <<'PYTHON'
import sys

from podman import PodmanClient

with PodmanClient(base_url=f"unix://{sys.argv[1]}") as client:
    client.images.build(path=sys.argv[2], dockerfile="Dockerfile")
PYTHON
status=$?
grep -o -E '/(one|two)": .*no such file.*' "$folder/said"
expect "podman's client copies both names, podman-py misses one" "2 1 1" \
    "$by_client $status $(grep -c -E '/(one|two)": .*no such file' "$folder/said")"
