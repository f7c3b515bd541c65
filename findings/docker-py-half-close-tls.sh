#!/bin/sh
# docker-py 7.2.0 over TLS: after the end of a job's input is sent by shutdown(SHUT_WR), as it is over a Unix socket,
# reads give encrypted bytes, and the job's output is lost.
. "$(dirname "$0")/lib.sh"
printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >names
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj /CN=both -keyout key.pem -out request.pem
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile names -out cert.pem
} 2>openssl.log || cannot "no certificates can be made"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
use_docker -H "tcp://127.0.0.1:$port" --tlsverify --tlscacert "$folder/ca.pem" --tlscert "$folder/cert.pem" \
    --tlskey "$folder/key.pem"
make_context
$docker build --quiet --tag box "$folder/box" >/dev/null || cannot "the image could not be built"
use_python docker==7.2.0
seen=$("$python" - "$folder" "$port" <<'PYTHON'
import socket, sys

import docker
from docker.tls import TLSConfig

folder, port = sys.argv[1:]
TLS_RECORD = b"\x17\x03\x03"


def said(client):
    """What a job says that is given a line and the end of its input."""
    settings = client.create_host_config(network_mode="none")
    job = client.create_container("box", ["/busybox", "cat"], stdin_open=True, host_config=settings)["Id"]
    wire = client.attach_socket(job, params={"stdin": 1, "stdout": 1, "stream": 1})
    wire = getattr(wire, "_sock", wire)
    client.start(job)
    wire.sendall(b"hello\n")
    wire.shutdown(socket.SHUT_WR)
    wire.settimeout(5)
    octets = b""
    try:
        while chunk := wire.recv(1 << 16):
            octets += chunk
    except TimeoutError:
        pass
    client.remove_container(job, force=True)
    return "hello" if b"hello\n" in octets else "a TLS record" if octets.startswith(TLS_RECORD) else repr(octets)


tls = TLSConfig(client_cert=(f"{folder}/cert.pem", f"{folder}/key.pem"), ca_cert=f"{folder}/ca.pem", verify=True)
print("unix:", said(docker.APIClient(f"unix://{folder}/docker.sock", version="1.41")))
print("tls:", said(docker.APIClient(f"https://127.0.0.1:{port}", version="1.41", tls=tls)))
PYTHON
)
echo "$seen"
expect "the output comes over a Unix socket, and over TLS as it is encrypted" "unix: hello
tls: a TLS record" "$seen"
