#!/bin/sh
# Docker 20.10: `!src/**/*.py` in .dockerignore brings back the files in src and none below it, where `**` stands for
# any number of directories; with the engine's own builder and with BuildKit. (With buildx of Docker 28, all of them
# were there; with its client and the engine's own builder, the first alone.)
. "$(dirname "$0")/lib.sh"
use_docker
make_context 'COPY src /src' 'RUN ["/busybox", "find", "/src", "-name", "*.py"]'
mkdir -p box/src/a/b
touch box/src/top.py box/src/a/one.py box/src/a/b/two.py
printf '%s\n' src '!src/**/*.py' >box/.dockerignore
seen=
for buildkit in 0 1; do
    output=$(DOCKER_BUILDKIT=$buildkit $docker build --no-cache --progress plain box 2>&1 | grep -o '/src/.*\.py$')
    seen="$seen $(echo $output)"
done
echo "in the image:$seen"
expect "the file in src alone" " /src/top.py /src/top.py" "$seen"
