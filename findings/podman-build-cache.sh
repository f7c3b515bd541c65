#!/bin/sh
# Podman 4.3: a build by the API uses its cache only where `outputformat` is given, whatever `layers` says.
. "$(dirname "$0")/lib.sh"
use_podman
make_context 'RUN ["/busybox", "true"]' 'LABEL a=b'
serve_podman

# Build twice by the API, and count the steps of the second build that came out of the cache.
cached() {
    for _ in 1 2; do
        tar -C "$folder/box" -c . | curl --silent -X POST -H 'Content-Type: application/x-tar' --data-binary @- \
            --unix-socket "$socket" "http://engine/v4.3.1/libpod/build?layers=true&t=box$1" >"$folder/output"
    done
    grep -c 'Using cache' "$folder/output"
}

format='&outputformat=application/vnd.docker.distribution.manifest.v2%2Bjson'
without=$(cached '')
with=$(cached "$format")
echo "cached steps of three: without outputformat $without, with it $with"
expect "the cache is used with outputformat alone" "0 3" "$without $with"
