#!/bin/sh
# Run a daemon in the root of another release, in namespaces that end with it:
#     unshare --mount --pid --fork --kill-child --propagation private inside.sh INSTALLATION FOLDER COMMAND...
# INSTALLATION stays as it is: all that is written lies in FOLDER. /tmp, /var/tmp and the working directory have the
# same paths inside, so that sockets, build contexts and bind mounts mean the same on both sides.
set -eu

installation=$1 folder=$2
shift 2
root=$folder/root
mkdir -p "$root" "$folder/written" "$folder/work"
mount -t overlay -o "lowerdir=$installation,upperdir=$folder/written,workdir=$folder/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
# Of hybrid cgroups only those of version 1 are shown: crun refuses a mixture.
if [ -d "$root/sys/fs/cgroup/unified" ]; then umount --lazy "$root/sys/fs/cgroup/unified"; fi
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm" # two Podmans must not share their locks
mount -t tmpfs tmpfs "$root/run"
for shared in /tmp /var/tmp "$PWD"; do
    mkdir -p "$root$shared"
    mount --rbind "$shared" "$root$shared"
done

# This shell stays, for somebody has to take leave of the dead.
chroot "$root" "$@" &
daemon=$!
trap 'kill -TERM "$daemon" 2>/dev/null || true' TERM
while kill -0 "$daemon" 2>/dev/null; do wait "$daemon" || true; done
