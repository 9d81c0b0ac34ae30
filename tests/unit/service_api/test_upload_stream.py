import asyncio
import tempfile

import pytest
from starlette.requests import Request

from ocr_service.api.upload import UploadBudget, receive_upload, safe_suffix
from pipelines.errors import CodedError, ErrorCode

BOUNDARY = "xBOUNDARYx"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def request_of(body, content_type, chunk=7, **headers):
    chunks = [body[i : i + chunk] for i in range(0, len(body), chunk)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(chunks) - 1}
        for number, part in enumerate(chunks)
    ]

    async def receive():
        return messages.pop(0)

    given = [(b"content-type", content_type.encode())] if content_type else []
    given += [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": given}
    return Request(scope, receive)


def part(name, data, filename=None, media=None):
    shown = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n'
    head += f"Content-Type: {media}\r\n" if media else ""
    return head.encode() + b"\r\n" + data + b"\r\n"


def received(body, content_type=MULTIPART, limit=1000, **options):
    return asyncio.run(receive_upload(request_of(body, content_type, **options), limit=limit))


def code_of(body, content_type=MULTIPART, limit=1000, **options):
    with pytest.raises(CodedError) as error:
        received(body, content_type, limit, **options)
    return error.value.code


END = f"--{BOUNDARY}--\r\n".encode()


def test_raw_body_keeps_its_media_type():
    upload = received(b"\xff\xd8\xff", "image/jpeg; charset=x")
    assert (upload.data, upload.media_type, upload.suffix) == (b"\xff\xd8\xff", "image/jpeg", None)


def test_raw_body_without_a_type_is_bytes():
    assert received(b"abc", "").media_type == "application/octet-stream"


@pytest.mark.parametrize("chunk", [1, 3, 64, 10_000])
def test_multipart_file_is_found_among_parts_however_the_stream_is_cut(chunk):
    data = b"\r\n--almost\r\n" + bytes(range(256))
    body = part("note", b"x") + part("file", data, "足立花子.JPG", "image/jpeg") + END
    upload = received(body, chunk=chunk)
    assert (upload.data, upload.media_type, upload.suffix) == (data, "image/jpeg", ".jpg")


def test_a_file_over_the_limit_is_refused_raw_and_multipart():
    assert code_of(b"x" * 11, "image/png", limit=10) == ErrorCode.FILE_TOO_LARGE
    assert code_of(part("file", b"x" * 11) + END, limit=10) == ErrorCode.FILE_TOO_LARGE


def test_other_parts_can_not_fill_the_memory_either():
    body = part("note", b"x" * 200_000) + part("file", b"y") + END
    assert code_of(body, limit=10, chunk=8192) == ErrorCode.FILE_TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        part("other", b"x") + END,
        part("file", b"x"),
        part("file", b"x") + part("file", b"y") + END,
        b"--" + BOUNDARY.encode() + b"\r\nbroken",
    ],
)
def test_damaged_multipart_is_a_bad_request(body):
    assert code_of(body) == ErrorCode.REQUEST_INVALID


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_parts_that_say_where_it_belongs_come_along(chunk):
    body = part("case", b"R8-1") + part("file", b"page", "a.png") + part("other", b"no")
    body += part("case_of_batch", b" true ") + END
    upload = received(body, chunk=chunk)
    assert upload.data == b"page"
    assert upload.texts == {"case": "R8-1", "case_of_batch": "true"}


def test_a_long_word_about_the_place_is_a_bad_request():
    body = part("case", b"1" * 201) + part("file", b"page", "a.png") + END
    assert code_of(body) == ErrorCode.REQUEST_INVALID


def test_multipart_without_boundary_is_a_bad_request():
    assert code_of(b"x", "multipart/form-data") == ErrorCode.REQUEST_INVALID


def test_compressed_bodies_are_refused():
    assert code_of(b"x", "image/png", content_encoding="gzip") == ErrorCode.REQUEST_INVALID


def test_nothing_goes_to_disk(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("temporary file opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    data = b"z" * 3_000_000
    body = part("file", data, "a.png") + END
    assert received(body, limit=4_000_000, chunk=65536).data == data


def test_budget_is_shared_and_given_back():
    budget = UploadBudget(10)
    with budget.reserve(6), pytest.raises(CodedError) as error, budget.reserve(6):
        pass
    assert error.value.code == ErrorCode.SERVICE_BUSY
    with budget.reserve(10):
        pass


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.JPG", ".jpg"),
        (".tiff", ".tiff"),
        ("足立.花子", None),
        ("john", None),
        ("a.averyverylongsuffix", None),
        ("a.j/g", None),
        (None, None),
    ],
)
def test_only_plain_suffixes_are_kept(name, suffix):
    assert safe_suffix(name) == suffix
