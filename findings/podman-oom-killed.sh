#!/bin/sh
# Podman 4.3: a container that the kernel killed for memory has OOMKilled false. conmon notes the kill in a file `oom`,
# in the current directory.
. "$(dirname "$0")/lib.sh"
use_podman
make_context 'CMD ["/busybox", "tail", "/dev/zero"]'
$podman build --quiet --tag hog "$folder/box" >/dev/null || cannot "the image could not be built"
$podman run --name hog --network none --memory 32m --memory-swap 32m hog
seen=$($podman inspect hog --format '{{.State.ExitCode}} {{.State.OOMKilled}}')
case $seen in 137*) ;; *) cannot "the limit of memory did not end the job" ;; esac
[ -e oom ] && seen="$seen, and there is a file oom"
echo "exit status and OOMKilled: $seen"
expect "OOMKilled is false after a kill for memory" "137 false, and there is a file oom" "$seen"
