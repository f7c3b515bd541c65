#!/bin/sh
# Run pytest, and what failed once more with nothing beside it: two workers keep engines busier than anybody, and
# Podman 4.3 can stumble over what another call is just removing. A fault of ours fails alone as well.
"$@"
status=$?
[ "$status" = 1 ] || exit "$status"
echo "what failed is run once more, one test at a time:" >&2
exec "$@" -n 0 --last-failed --last-failed-no-failures none --maxfail 10
