#!/bin/sh
# docker-py 7.2.0: names in .dockerignore are compared without regard to case: `readme` leaves README out. Docker's own
# client regards case.
. "$(dirname "$0")/lib.sh"
use_docker
make_context 'COPY . /c' 'RUN ["/busybox", "ls", "/c"]'
touch box/README
echo readme >box/.dockerignore
by_client=$(DOCKER_BUILDKIT=0 $docker build --no-cache box | grep -c -x README)
use_python docker==7.2.0
by_library=$("$python" -c "
from docker.utils.build import exclude_paths
print(sum(name == 'README' for name in exclude_paths('box', ['readme'])))")
echo "README in the context of docker: $by_client, of docker-py: $by_library"
expect "docker sends README, docker-py does not" "1 0" "$by_client $by_library"
