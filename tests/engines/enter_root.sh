#!/bin/sh
# enter_root.sh ROOT FOLDER COMMAND...: run a daemon in a Debian of its own, in mounts of its own (call under unshare).
# FOLDER and /tmp lie inside where they lie outside, so that sockets and bind mounts mean the same.
set -eu

root=$1 folder=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root" # what is pivoted away from must be a mount
mount -t proc proc "$root/proc"
for shared in /sys /dev /tmp "$folder"; do
    mkdir -p "$root$shared"
    mount --rbind "$shared" "$root$shared"
done
for own in /run /dev/shm /etc/docker /var/lib/containers; do # two Podmans must not share the locks in /dev/shm
    mkdir -p "$root$own"
    mount -t tmpfs tmpfs "$root$own"
done
# Version 2 without controllers beside version 1: with it, crun takes the machine for one it can't use.
if mountpoint -q "$root/sys/fs/cgroup/unified"; then umount "$root/sys/fs/cgroup/unified"; fi
exec chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
