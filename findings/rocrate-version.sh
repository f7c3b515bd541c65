#!/bin/sh
# rocrate 0.16.0: a crate is written for RO-Crate 1.3 unless another version is asked for.
. "$(dirname "$0")/lib.sh"
use_python rocrate==0.16.0
seen=$("$python" - "$folder/crate" <<'PYTHON'
import json, pathlib, sys

from rocrate.rocrate import ROCrate

ROCrate().write(sys.argv[1])
graph = json.loads(pathlib.Path(sys.argv[1], "ro-crate-metadata.json").read_text())["@graph"]
print(next(entity["conformsTo"]["@id"] for entity in graph if "conformsTo" in entity).rpartition("/")[2])
PYTHON
)
echo "conforms to RO-Crate $seen"
expect "the default is 1.3" "1.3" "$seen"
