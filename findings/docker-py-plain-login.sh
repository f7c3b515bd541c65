#!/bin/sh
# docker-py 7.2.0: an entry of config.json with `username` and `password` as they are, in place of `auth`, counts as no
# login, and there is no warning.
. "$(dirname "$0")/lib.sh"
use_python docker==7.2.0
seen=$("$python" - "$folder" <<'PYTHON'
import base64, json, pathlib, sys

from docker import auth

file = pathlib.Path(sys.argv[1], "config.json")
plain = {"username": "me", "password": "word"}
file.write_text(json.dumps({"auths": {
    "plain.test": plain, "coded.test": {"auth": base64.b64encode(b"me:word").decode()},
}}))
logins = auth.load_config(config_path=str(file))
for registry in ("coded.test", "plain.test"):
    print(registry, auth.resolve_authconfig(logins, registry).get("username"))
PYTHON
)
echo "$seen"
expect "the encoded login is found, the plain one is not" "coded.test me
plain.test None" "$seen"
