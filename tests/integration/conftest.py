"""Worlds of the integration tests: the application over a fresh database, and who uses it."""

import pytest
from api_world import open_world
from case_world import write_forms

from ocr_service.intake import receive
from ocr_service.states import Role
from ocr_service.storage.database import open_database
from tests.integration.service_tools import QuickInspector


@pytest.fixture
def world(sqlite_settings):
    """Most tests are about HTTP: one database is enough."""
    database = open_database(sqlite_settings)
    with open_world(sqlite_settings, database) as opened:
        yield opened
    database.dispose()


@pytest.fixture
def each_world(settings, database):
    """A world on each database, for what is a query of its own."""
    with open_world(settings, database) as opened:
        yield opened


class StillInspector(QuickInspector):
    """Takes anything; needs no settings and no time."""

    def __init__(self, _settings):
        pass

    def warm_up(self):
        pass


@pytest.fixture
def still_world(settings, database, monkeypatch):
    """A world on each database with forms, where nothing is about the bytes of scans."""
    write_forms(settings)
    # No process to look at them.
    monkeypatch.setattr(receive, "ChildInspector", StillInspector)
    with open_world(settings, database) as opened:
        yield opened


@pytest.fixture
def anna(world):
    """Somebody who reviews."""
    return world.person("anna", Role.REVIEWER)


@pytest.fixture
def desk(world):
    """A station that posts scans."""
    return world.key("desk", Role.STATION)
