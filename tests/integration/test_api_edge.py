import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from api_world import MY_NUMBER, OWN_PAGE, jpeg, open_world
from fastapi.routing import APIRoute
from PIL import Image
from sqlalchemy import select

from ocr_service.api.security import Guard
from ocr_service.api.static_ui import StaticUi
from ocr_service.app import create_app
from ocr_service.auth.permissions import ROLE_PERMISSIONS
from ocr_service.intake.receive import Intake
from ocr_service.states import DocumentState, Role
from ocr_service.storage.database import open_database
from ocr_service.storage.tables import DocumentRow, ObjectRow

UNSHOWN = ("/{revision}", "/file", "/healthz", "/readyz")
"""Answers without an example: too large, of any type, or too plain."""
PUBLIC = {("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/v1/session")}


@pytest.fixture
def posting_world(settings, database):
    """A world on each database: posting is what the transaction matters for."""
    with open_world(settings, database) as opened:
        yield opened


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    return answer.status_code, body["code"]


def routes_of(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            for method in route.methods - {"HEAD"}:
                yield method, route.path, route
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if inner is not None:
                yield from routes_of(inner.routes)


def guards(dependant):
    for inner in dependant.dependencies:
        if isinstance(inner.call, Guard):
            yield inner.call
        yield from guards(inner)


def filled(path):
    for name, value in (
        ("document_id", "doc_1"),
        ("number", "1"),
        ("name", "applicant"),
        ("form_id", "test-form"),
        ("revision", "1"),
        ("export_id", "exp_1"),
    ):
        path = path.replace("{" + name + "}", value)
    return path


def test_every_route_but_the_public_ones_demands_a_role(world):
    found = {(m, p): list(guards(r.dependant)) for m, p, r in routes_of(world.app.routes)}
    assert len(found) > 20
    assert {key for key, demanded in found.items() if not demanded} == PUBLIC
    for (method, path), demanded in found.items():
        if not demanded:
            continue
        answer = world.client(**OWN_PAGE).request(method, filled(path))
        assert problem(answer) == (401, "auth.required"), path


def test_every_route_refuses_those_whose_role_does_not_allow_it(world):
    people = {role: world.person(role.value, role) for role in Role}
    for method, path, route in routes_of(world.app.routes):
        for guard in guards(route.dependant):
            for role, client in people.items():
                if guard.permission in ROLE_PERMISSIONS[role] or method == "DELETE":
                    continue
                answer = client.request(method, filled(path))
                assert problem(answer) == (403, "auth.forbidden"), (role, method, path)


def test_every_answer_is_hardened(world):
    for path in ("/healthz", "/v1/forms", "/nothing", "/openapi.json"):
        headers = world.client().get(path).headers
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
    assert world.client().get("/v1/forms").headers["cache-control"] == "no-store"


def test_request_ids_are_taken_over_when_they_are_harmless(world):
    client = world.client()
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == (
        "abc-1"
    )
    given = client.get("/healthz", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"]
    assert given != "a b\tc"


def test_wrong_addresses_methods_and_parameters_are_problems(world, anna):
    assert problem(anna.get("/v1/nothing")) == (404, "request.not_found")
    assert problem(anna.get("/v1")) == (404, "request.not_found")
    wrong = anna.put("/v1/forms")
    assert problem(wrong) == (405, "request.method_not_allowed")
    assert wrong.headers["allow"] == "GET"
    assert problem(anna.get("/v1/documents?limit=0")) == (422, "request.invalid")
    assert problem(anna.get("/v1/documents?state=nothing")) == (422, "request.invalid")
    assert problem(anna.get("/v1/documents/A%20B")) == (422, "request.invalid")
    assert problem(anna.get("/v1/documents/doc_x")) == (404, "document.unknown")
    bad = anna.post("/v1/exports", content=b"{", headers={"Content-Type": "application/json"})
    assert problem(bad) == (422, "request.invalid")


def test_what_was_sent_is_not_repeated_in_a_problem(anna):
    answer = anna.post("/v1/exports", json={"form_id": {"secret": MY_NUMBER}})
    assert problem(answer) == (422, "request.invalid")
    assert MY_NUMBER not in answer.text


def test_large_bodies_are_refused_before_they_are_read(anna):
    answer = anna.post("/v1/exports", content=b"x" * (1024 * 1024 + 1))
    assert problem(answer) == (413, "request.too_large")


def test_a_crash_is_a_problem_without_content_and_is_logged(world, anna, monkeypatch, capsys):
    def crash(*_args, **_kwargs):
        raise RuntimeError(f"the paper says {MY_NUMBER}")

    monkeypatch.setattr("ocr_service.api.routes_documents.find_document", crash)
    answer = anna.get("/v1/documents/doc_1")
    assert problem(answer) == (500, "internal")
    assert answer.json()["detail"] == ""
    assert MY_NUMBER not in answer.text
    log = capsys.readouterr()
    assert MY_NUMBER not in log.out + log.err
    assert answer.json()["request_id"] in log.out + log.err
    assert "x-frame-options" in answer.headers


def test_logs_hold_routes_not_addresses(world, anna, capsys):
    anna.get("/v1/documents/doc_1/suggestion", params={"unmask": "足立花子の照合"})
    log = capsys.readouterr()
    text = log.out + log.err
    assert "/v1/documents/{document_id}/suggestion" in text
    assert "足立" not in text
    assert "doc_1/suggestion" not in text


def test_health_readiness_and_metrics(world):
    client = world.client()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    world.document()
    scraper = world.key("prometheus", Role.AUDITOR)
    text = scraper.get("/metrics").text
    assert 'ocr_documents{state="awaiting_review"} 1.0' in text
    assert 'ocr_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert "ocr_intake_seconds" in text
    assert "ocr_queue_depth 0.0" in text


def test_not_ready_without_its_tables(tmp_path):
    from fastapi.testclient import TestClient

    from ocr_service.settings import Settings

    app = create_app(Settings(data_folder=tmp_path / "empty"))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/healthz").status_code == 200
        assert problem(client.get("/readyz")) == (503, "storage.unavailable")


def test_posting_raw_and_multipart(posting_world):
    station = posting_world.key("desk", Role.STATION)
    raw = station.post(
        "/v1/documents",
        content=jpeg(),
        headers={"Content-Type": "image/jpeg", "Idempotency-Key": "k1", "X-File-Name": ".jpg"},
    )
    assert raw.status_code == 202, raw.text
    receipt = raw.json()
    assert raw.headers["location"] == f"/v1/documents/{receipt['id']}"
    assert (receipt["state"], receipt["duplicate"], receipt["page_count"]) == ("received", False, 1)
    again = station.post("/v1/documents", content=jpeg(), headers={"Idempotency-Key": "k1"})
    assert (again.json()["id"], again.json()["duplicate"]) == (receipt["id"], True)
    clash = station.post("/v1/documents", content=jpeg(300), headers={"Idempotency-Key": "k1"})
    assert problem(clash) == (409, "request.idempotency_conflict")
    parts = station.post("/v1/documents", files={"file": ("a.jpg", jpeg(500), "image/jpeg")})
    assert parts.status_code == 202
    assert station.get(raw.headers["location"]).json()["station"] == "desk"

    refused = {
        b"": (422, "file.empty"),
        b"plain text": (415, "file.unsupported_type"),
        jpeg()[:200]: (422, "file.truncated"),
        b"x" * (2**20 + 1): (413, "file.too_large"),
    }
    for data, expected in refused.items():
        assert problem(station.post("/v1/documents", content=data)) == expected
    assert problem(station.post("/v1/documents", files={"other": b"x"})) == (
        422,
        "request.invalid",
    )
    with posting_world.database.reading() as session:
        assert len(session.scalars(select(DocumentRow.id)).all()) == 2
        assert set(session.scalars(select(ObjectRow.kind))) == {"original"}


def test_stations_see_their_own_documents_only(world):
    own = world.document(station="desk")
    foreign = world.document(station="other")
    station = world.key("desk", Role.STATION)
    assert station.get(f"/v1/documents/{own}").status_code == 200
    assert problem(station.get(f"/v1/documents/{foreign}")) == (404, "document.unknown")
    assert problem(station.get(f"/v1/documents/{own}/suggestion")) == (403, "auth.forbidden")


def pixels(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-store"
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))


def test_pages_and_crops_hide_numbers_and_every_look_is_recorded(world, anna):
    document = world.document()
    page = f"/v1/documents/{document}/pages/1/image"
    whole = pixels(anna.get(page))
    assert whole.shape == (800, 600)
    # The number is the fourth field: its box is at 40..240, 220..260.
    assert whole[225:255, 45:235].mean() < 100
    assert whole[45:75, 45:235].mean() > 250
    assert pixels(anna.get(page, params={"unmask": "照合"}))[225:255, 45:235].mean() > 250
    assert pixels(anna.get(page, params={"width": 300})).shape == (400, 300)
    assert problem(anna.get(f"/v1/documents/{document}/pages/2/image")) == (
        404,
        "request.not_found",
    )
    crop = f"/v1/documents/{document}/fields/number/crop"
    assert pixels(anna.get(crop)).min() < 100
    assert pixels(anna.get(crop, params={"unmask": "照合"})).mean() > 250
    assert pixels(anna.get(f"/v1/documents/{document}/fields/applicant/crop")).shape == (68, 228)
    assert problem(anna.get(f"/v1/documents/{document}/fields/wants/crop")) == (
        404,
        "request.not_found",
    )
    assert world.actions(document) == [
        "page.viewed",
        "page.viewed",
        "page.viewed",
        "field.viewed",
        "field.viewed",
        "field.viewed",
    ]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_crops_of_turned_pages_are_upright(world, anna, rotation):
    # A black mark in the upper left corner of the first field's box, as it lies on the scan.
    document = world.document(image=jpeg(dark=(40, 40, 70, 50)), rotation=rotation)
    crop = pixels(anna.get(f"/v1/documents/{document}/fields/applicant/crop"))
    assert crop.shape == ((228, 68) if rotation in (90, 270) else (68, 228))
    rows, columns = np.nonzero(crop < 128)
    top, left = rows.mean() < crop.shape[0] / 2, columns.mean() < crop.shape[1] / 2
    assert (top, left) == {90: (True, False), 180: (False, False), 270: (False, True)}[rotation]


def test_turned_by_exif_is_shown_turned(world, anna):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200), "white").save(out, "JPEG", exif=exif)
    document = world.document(image=out.getvalue(), suggest=False)
    answer = anna.get(f"/v1/documents/{document}/pages/1/image")
    assert pixels(answer).shape == (300, 200)


def test_a_damaged_original_is_a_problem(world, anna):
    document = world.document(image=b"\xff\xd8\xff garbage", state=DocumentState.FAILED)
    status, code = problem(anna.get(f"/v1/documents/{document}/pages/1/image"))
    assert (status, code.partition(".")[0]) == (422, "file")


def test_documents_that_were_not_read_have_no_suggestion(world, anna):
    document = world.document(state=DocumentState.PROCESSING, suggest=False)
    for path in ("suggestion", "decision", "fields/applicant/crop"):
        assert problem(anna.get(f"/v1/documents/{document}/{path}")) == (
            409,
            "document.wrong_state",
        )


def test_forms_are_listed_defined_and_printed(world, anna):
    items = anna.get("/v1/forms").json()["items"]
    assert {"id": "test-form", "revision": "1", "title": "テスト申請書"} in items
    definition = anna.get("/v1/forms/test-form/1").json()
    assert [field["name"] for field in definition["fields"]][:2] == ["applicant", "kana"]
    assert problem(anna.get("/v1/forms/test-form/9")) == (404, "form.unknown")
    blank = anna.get("/v1/forms/test-form/1/blank.pdf")
    assert blank.content.startswith(b"%PDF")
    assert blank.headers["content-type"] == "application/pdf"


def test_the_audit_record_is_filtered_and_paged(world):
    otto = world.person("otto", Role.AUDITOR)
    anna = world.person("anna", Role.REVIEWER)
    document, _ = world.claimed(anna)
    body = otto.get("/v1/audit", params={"limit": 2}).json()
    assert body["verified"] is True
    assert len(body["items"]) == 2
    older = otto.get("/v1/audit", params={"cursor": body["next"], "limit": 500}).json()
    sequences = [e["sequence"] for e in body["items"] + older["items"]]
    assert sequences == list(range(len(sequences), 0, -1))
    assert older["next"] is None
    claims = otto.get("/v1/audit", params={"action": "document.claimed"}).json()["items"]
    assert [e["subject"] for e in claims] == [f"document:{document}"]
    mine = otto.get("/v1/audit", params={"actor": claims[0]["actor"]}).json()["items"]
    assert {e["action"] for e in mine} == {"session.opened", "document.claimed"}
    assert {e["actor_name"] for e in mine} == {"anna さん"}
    begin = older["items"][-1]["at"]
    since = otto.get("/v1/audit", params={"since": begin, "limit": 500}).json()["items"]
    assert [e["sequence"] for e in since][:2] == sequences[:2]
    before = otto.get("/v1/audit", params={"until": begin, "limit": 500}).json()
    assert before["items"] == []
    assert problem(otto.get("/v1/audit", params={"since": "2026-11-26"}))[0] == 422


@pytest.fixture
def ui(tmp_path):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>ui</title>")
    (folder / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def test_the_ui_is_served_with_a_fallback_for_its_own_addresses(world, ui):
    world.app.router.default = StaticUi(ui)
    client = world.client()
    for path in ("/", "/sign-in", "/documents/doc_1", "/index.html"):
        answer = client.get(path)
        assert (answer.status_code, "<title>ui" in answer.text) == (200, True), path
        assert answer.headers["cache-control"] == "no-cache"
    asset = client.get("/assets/app-1a2b.js")
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    for path in ("/assets/missing.js", "/v1/x", "/../secret.txt", "/%2e%2e/secret.txt"):
        assert problem(client.get(path)) == (404, "request.not_found"), path
    assert problem(client.post("/sign-in")) == (404, "request.not_found")


def test_intake_and_jobs_are_closed_with_the_application(sqlite_settings, monkeypatch):
    closed = []
    close = Intake.close
    monkeypatch.setattr(Intake, "close", lambda self: (closed.append(1), close(self)))
    database = open_database(sqlite_settings)
    with open_world(sqlite_settings, database):
        pass
    database.dispose()
    assert closed == [1]


def test_the_openapi_document_is_whole(world):
    document = world.client().get("/openapi.json").json()
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len({operation["operationId"] for _, _, operation in operations}) == len(operations)
    for path, method, operation in operations:
        assert operation["tags"], path
        assert operation["summary"], path
        assert operation["description"], path
        public = (method.upper(), path) in PUBLIC
        assert ("401" in operation["responses"]) or public, (method, path)
        assert bool(operation.get("security")) != public, (method, path)
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                content = answer["content"]
                assert list(content) == ["application/problem+json"], (path, status)
                assert content["application/problem+json"]["examples"]
            elif "application/json" in answer.get("content", {}) and not path.endswith(UNSHOWN):
                shown = answer["content"]["application/json"]
                assert "example" in shown, path


def test_every_route_is_in_the_documentation(world):
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    for method, path, _ in routes_of(world.app.routes):
        assert f"`{method} {path}`" in text or f"`{method} {path}," in text, (method, path)


def test_the_documented_roles_are_those_of_the_table(world):
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    columns = [Role.STATION, Role.REVIEWER, Role.FORM_OWNER, Role.AUDITOR, Role.ADMIN]
    routes = {(m, p): list(guards(r.dependant)) for m, p, r in routes_of(world.app.routes)}
    checked = 0
    for line in text.splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        documented = {role for role, cell in zip(columns, cells[1:], strict=True) if cell}
        for method, path in re.findall(r"`(GET|POST|PUT|DELETE) ([^`]+)`", cells[0]):
            (guard,) = routes[method, path]
            allowed = {role for role in Role if guard.permission in ROLE_PERMISSIONS[role]}
            assert documented == allowed, (method, path)
            assert guard.person == ("people only" in cells[0]), (method, path)
            checked += 1
    assert checked == len(routes) - len(PUBLIC)
