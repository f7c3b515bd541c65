# What the scripts of findings share. Each script has a folder of its own, $folder, and leaves nothing behind.
# Exit status: 0 if the behaviour is as it was found, 1 if it is another one, 2 if it can't be tried here.

set -u
folder=$(mktemp -d /var/tmp/finding.XXXXXX)
cleanup=
trap 'eval "$cleanup"; cd /; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
cd "$folder" || exit 2

# Call a function at the end, before those that were named earlier.
at_end() { cleanup="$1; $cleanup"; }

cannot() {
    echo "can't be tried here: $*" >&2
    exit 2
}

# Compare what was seen with what was found.
expect() {
    if [ "$2" = "$3" ]; then
        echo "as found: $1"
    else
        printf 'changed: %s\n  found: %s\n  seen:  %s\n' "$1" "$2" "$3"
        exit 1
    fi
}

# Install packages of exact versions into an environment of their own, $python.
use_python() {
    python3 -m venv "$folder/venv" || cannot "python3 has no venv"
    python=$folder/venv/bin/python
    "$python" -m pip install --quiet --disable-pip-version-check "$@" 2>"$folder/pip.log" ||
        cannot "pip could not install $*"
    "$python" -m pip list --format freeze --disable-pip-version-check 2>/dev/null | grep -i -E "^(${1%%==*})=="
    unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
}

# Check that a package of Debian is there, in a version that begins like that.
use_package() {
    there=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null) || cannot "install $1 (apt-get install $1)"
    echo "$1 $there"
    case $there in "$2"*) ;; *) cannot "it was found with $1 $2, and here is $there" ;; esac
}

# A Podman with storage of its own, $podman. Its settings are those that virtual machines need.
use_podman() {
    use_package podman 4.3
    [ "$(id -u)" = 0 ] || cannot "root is needed"
    files=$(ulimit -Hn | sed s/unlimited/20000/)
    cat >"$folder/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
    export CONTAINERS_CONF="$folder/containers.conf"
    podman="podman --root $folder/root --runroot $folder/run"
    at_end 'end_podman 2>/dev/null >&2'
}

end_podman() {
    $podman rm --all --force --time 0
    $podman rmi --all --force
    umount "$folder/root/overlay"
}

# Its service on $socket.
serve_podman() {
    socket=$folder/podman.sock
    $podman system service --time 0 "unix://$socket" 2>"$folder/service.log" &
    service=$!
    at_end 'kill $service; wait $service'
    await
}

# A Docker daemon with storage and a network of its own on $socket, and its client, $docker; options are the daemon's.
use_docker() {
    use_package docker.io 20.10
    [ "$(id -u)" = 0 ] || cannot "root is needed"
    socket=$folder/docker.sock
    bridge=finding$$
    echo '{}' >"$folder/daemon.json"
    ip link add "$bridge" type bridge || cannot "no bridge can be made"
    ip addr add 172.31.250.1/28 dev "$bridge"
    ip link set "$bridge" up
    at_end 'ip link del $bridge'
    /usr/sbin/dockerd --data-root "$folder/root" --exec-root "$folder/exec" --pidfile "$folder/pid" \
        --config-file "$folder/daemon.json" -H "unix://$socket" --bridge "$bridge" --iptables=false \
        --ip6tables=false --ip-forward=false --ip-masq=false "$@" >"$folder/daemon.log" 2>&1 &
    service=$!
    at_end 'kill $service; wait $service'
    docker="/usr/bin/docker -H unix://$socket"
    await
}

await() {
    for _ in $(seq 100); do
        curl --silent --output /dev/null --unix-socket "$socket" http://engine/_ping && return
        sleep 0.2
    done
    cannot "the engine does not answer"
}

# A context for an image that holds a static busybox alone, $folder/box; further lines of its Dockerfile are arguments.
make_context() {
    use_package busybox-static 1:1
    mkdir "$folder/box"
    cp /bin/busybox "$folder/box/busybox"
    printf '%s\n' 'FROM scratch' 'COPY busybox /busybox' "$@" >"$folder/box/Dockerfile"
}
