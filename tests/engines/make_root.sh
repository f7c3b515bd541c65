#!/bin/sh
# make_root.sh RELEASE FOLDER: a Debian with current engines in a folder, from the mirror that this machine uses.
set -eu

release=$1 folder=$2
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL) $(CREATED_BY)' | awk '$2 == "Debian" && $3 == "Packages" { print $1; exit }')
[ -n "$mirror" ] || { echo "error: no Debian mirror in this machine's apt sources; try apt-get update" >&2; exit 1; }

rm -rf "$folder"
mkdir -p "$folder"
# An older debootstrap has no script for a newer release: all are made like sid.
debootstrap --variant=minbase "$release" "$folder" "$mirror" /usr/share/debootstrap/scripts/sid >"$folder.log" 2>&1 \
    || { tail -n 20 "$folder.log" >&2; exit 1; }
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod 755 "$folder/usr/sbin/policy-rc.d"
chroot "$folder" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    docker.io docker-cli docker-buildx podman runc crun iptables netavark aardvark-dns containers-storage \
    >>"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; exit 1; }
rm -f "$folder.log"
