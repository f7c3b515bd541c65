#!/bin/sh
# Podman 4.3: an archive with a configuration and a manifest, and no layer at all, makes an image over layers that the
# storage has already. So an image can be given another configuration without copying or making a layer.
. "$(dirname "$0")/lib.sh"
use_podman
make_context
$podman build --quiet --tag box "$folder/box" >/dev/null || cannot "the image could not be built"
$podman image inspect box >"$folder/box.json"
python3 - "$folder" >"$folder/id" <<'PYTHON'
import hashlib, io, json, pathlib, sys, tarfile

folder = pathlib.Path(sys.argv[1])
image = json.loads((folder / "box.json").read_text())[0]
layers = image["RootFS"]["Layers"]
OCI = "application/vnd.oci.image"


def digest(octets):
    return "sha256:" + hashlib.sha256(octets).hexdigest()


config = json.dumps({
    "architecture": image["Architecture"], "os": image["Os"], "rootfs": {"type": "layers", "diff_ids": layers},
    "config": {"Cmd": ["/busybox", "echo", "another command"]}, "history": [{"created_by": "x"} for _ in layers],
}).encode()
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
    "config": {"mediaType": f"{OCI}.config.v1+json", "digest": digest(config), "size": len(config)},
    "layers": [{"mediaType": f"{OCI}.layer.v1.tar", "digest": layer, "size": 1} for layer in layers],
}).encode()
index = json.dumps({"schemaVersion": 2, "manifests": [{
    "mediaType": f"{OCI}.manifest.v1+json", "digest": digest(manifest), "size": len(manifest),
    "annotations": {"org.opencontainers.image.ref.name": "localhost/new:1"},
}]}).encode()
members = {
    "oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": index,
    "blobs/sha256/" + digest(manifest)[7:]: manifest, "blobs/sha256/" + digest(config)[7:]: config,
}
with tarfile.open(folder / "new.tar", "w") as archive:
    for name, octets in members.items():
        member = tarfile.TarInfo(name)
        member.size = len(octets)
        archive.addfile(member, io.BytesIO(octets))
print(digest(config)[7:])
PYTHON
$podman load --quiet --input "$folder/new.tar"
said=$($podman run --rm --network none localhost/new:1)
id=$($podman image inspect localhost/new:1 --format '{{.Id}}')
echo "the archive has $(wc -c <"$folder/new.tar") bytes, the layer $(wc -c </bin/busybox); a run says: $said"
expect "the image is made, runs, and has the digest of its configuration as its ID" \
    "another command $(cat "$folder/id")" "$said $id"
