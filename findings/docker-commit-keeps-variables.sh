#!/bin/sh
# Docker 20.10: a commit keeps the container's variables in ContainerConfig of the image, also those that `--change`
# takes out of its configuration.
. "$(dirname "$0")/lib.sh"
use_docker
make_context
$docker build --quiet --tag box "$folder/box" >/dev/null || cannot "the image could not be built"
$docker run --name job --network none --env MODE=test box /busybox true
$docker commit --change 'ENV MODE=' job out >/dev/null
seen=$($docker image inspect out --format '{{index .Config.Env 0}} {{index .ContainerConfig.Env 0}}')
echo "Config and ContainerConfig: $seen"
expect "ContainerConfig has the value still" "MODE= MODE=test" "$seen"
