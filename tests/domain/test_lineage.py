"""Lineages as graphs, and images known by each of their identities."""

from __future__ import annotations

from records import RECORD, result

from jobber.domain.history.lineage import Edge, ImageIndex, Lineage, Node, Origin, Presence, Role
from jobber.domain.images.image import Image, ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.record import RecordedImage

A, B, C = (ImageId(f"sha256:{letter * 64}") for letter in "abc")


def node(id_: ImageId) -> Node:
    return Node(ListedImage(id_), Presence.HERE)


def test_origins_of_a_result_are_its_code_and_its_inputs() -> None:
    listed = result(1)
    one = Node(listed.image, Presence.HERE, RECORD)

    assert one.key == listed.image.id
    assert one.origins == (
        Origin(RECORD.image, Role.CODE),
        Origin(RECORD.inputs[0].image, Role.INPUT, "/data", "/in/train"),
        Origin(RECORD.inputs[1].image, Role.INPUT, "/other", "/in/test"),
    )
    assert node(A).origins == ()


def test_edges_lead_away_from_the_root_either_way() -> None:
    nodes: dict[str, Node] = {key: node(key) for key in (A, B, C)}
    edges = (Edge(A, B, Role.CODE), Edge(A, C, Role.INPUT), Edge(B, C, Role.INPUT))
    up = Lineage(A, nodes, edges)
    down = Lineage(C, nodes, edges, goes_down=True)

    assert up.onward(A) == edges[:2]
    assert up.onward(C) == ()
    assert up.other_end(edges[0]) == nodes[B]
    assert down.onward(C) == edges[1:]
    assert down.onward(A) == ()
    assert down.other_end(edges[1]) == nodes[A]


def test_image_is_known_by_id_then_digest_in_any_repository_then_chain() -> None:
    by_id, by_digest, by_chain = (ListedImage(id_) for id_ in (A, B, C))
    other = ListedImage(B, digests=("x@sha256:1", "y@sha256:2"))
    index = ImageIndex()
    index.add([by_id, other])
    index.add_chain("sha256:c", by_chain)
    index.add_chain("sha256:c", by_digest)
    index.add_chain("", by_digest)

    assert index.find(RecordedImage("x", A, ("z@sha256:1",), chain="sha256:c")) == by_id
    assert index.find(RecordedImage("x", C, ("z@sha256:0", "z@sha256:2"), chain="sha256:c")) == other
    assert index.find(RecordedImage("x", C, chain="sha256:c")) == by_chain
    assert index.find(RecordedImage("x", C, ("z@sha256:0",), chain="sha256:d")) is None
    assert index.find(RecordedImage("x", C)) is None


def test_of_two_images_with_one_digest_the_first_is_found() -> None:
    first, second = ListedImage(A, digests=("x@sha256:1",)), ListedImage(B, digests=("y@sha256:1",))
    index = ImageIndex()
    index.add([first, second])

    assert index.find(RecordedImage("x", C, ("x@sha256:1",))) == first


def test_image_tells_what_a_list_would() -> None:
    image = Image(
        A, ("a:1",), ("a@sha256:1",), {"l": "v"}, created="1970-01-01T00:01:00.123456789Z", size=3, layers=("x",)
    )

    assert image.listed == ListedImage(A, ("a:1",), ("a@sha256:1",), {"l": "v"}, 60.123456, 3)
    assert Image(A, created="yesterday").listed.created == 0.0
