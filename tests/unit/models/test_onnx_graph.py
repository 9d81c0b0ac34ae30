import pytest

from models.onnx_graph import GraphShapeError, behead


@pytest.mark.parametrize("data", [b"", b"not an ONNX file at all", b"\x00" * 64, bytes(range(256))])
def test_what_is_no_graph_is_refused(data: bytes) -> None:
    with pytest.raises(GraphShapeError):
        behead(data)
