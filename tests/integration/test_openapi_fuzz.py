"""Made-up requests against every operation: no crash, nothing that the document does not say."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
import uvicorn
from api_world import MY_NUMBER, World, open_world
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ocr_service.app import create_app
from ocr_service.settings import Settings
from ocr_service.states import DocumentState, Role
from ocr_service.storage.database import open_database

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@dataclass
class Live:
    """A running server with somebody signed in who has every role."""

    address: str
    headers: dict[str, str]
    places: list[dict[str, object]]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> Iterator[Live]:
    chosen = Settings(data_folder=tmp_path_factory.mktemp("fuzz") / "data")
    chosen.paths.prepare()
    chosen.paths.database.write_bytes(sqlite_template)
    database = open_database(chosen)
    with open_world(chosen, database) as world:
        client = world.person("everybody", *Role)
        places = _places(world)
        cookie = client.cookies["ocr_session"]
        # The world's lifespan runs already: the server must not open everything again.
        config = uvicorn.Config(world.app, port=0, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        headers = {"Cookie": f"ocr_session={cookie}", "Sec-Fetch-Site": "same-origin"}
        yield Live(f"http://127.0.0.1:{port}", headers, places)
        server.should_exit = True
        thread.join(timeout=10)
    database.dispose()


def _places(world: World) -> list[dict[str, object]]:
    common = {"form_id": "test-form", "revision": "1", "name": "applicant", "number": 1}
    ids = [
        world.document({"memo": MY_NUMBER}),
        world.document(form="two-person-form"),
        world.document(state=DocumentState.FAILED, failure_code="x", failure_retryable=True),
    ]
    return [{**common, "document_id": document, "export_id": "exp_1"} for document in ids]


def _operations():
    # Schemathesis' own pytest plugin does not know this pytest: its operations are all we take.
    document = create_app(Settings()).openapi()
    api = schemathesis.openapi.from_dict(document)
    found = [result.ok() for result in api.get_all_operations()]
    # Signing out would end the run; it has its own tests.
    return [operation for operation in found if operation.method.upper() != "DELETE"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", _operations(), ids=lambda o: o.label)
def test_no_crash_and_only_documented_answers(live: Live, operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case):
        _aim(case, live.places)
        answer = case.call(base_url=live.address, headers=live.headers, timeout=20)
        case.validate_response(answer, checks=CHECKS)

    try:
        run()
    except Unsatisfiable:
        pytest.skip("nothing can be wrong about this operation")


def _aim(case, places: list[dict[str, object]]) -> None:
    """Let most requests hit something that is there: made-up ids only ever find a 404."""
    number = sum(map(ord, case.id))
    if number % 4 == 0:
        return
    for name, value in places[number % len(places)].items():
        if name in case.path_parameters:
            case.path_parameters[name] = value
