#!/bin/sh
# in-toto-attestation 0.9.3: integers of a predicate become floats in the statement's JSON, and those beyond 2^53
# become others.
. "$(dirname "$0")/lib.sh"
use_python in-toto-attestation==0.9.3 protobuf==7.36.2
seen=$("$python" - <<'PYTHON'
from google.protobuf.json_format import MessageToDict
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

subject = ResourceDescriptor(name="model", digest={"sha256": "0" * 64})
statement = Statement([subject.pb], "urn:example:predicate", {"epochs": 3, "seed": 2**53 + 1})
statement.validate()
predicate = MessageToDict(statement.pb)["predicate"]
print(repr(predicate["epochs"]), int(predicate["seed"]) - 2**53)
PYTHON
)
echo "3 and 2^53 + 1 become: $seen beyond 2^53"
expect "3 is 3.0, and the large one has lost its 1" "3.0 0" "$seen"
