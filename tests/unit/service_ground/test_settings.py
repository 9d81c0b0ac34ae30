import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from ocr_service.settings import Settings, load_settings
from ocr_service.storage.database import database_url
from pipelines.errors import CodedError, ErrorCode

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"OCR_SERVICE_{name.upper()}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(
        r"^\| `OCR_SERVICE_([A-Z_]+)` \| `?([^|`]*)`? \| [^|]+ \|$",
        DOCUMENT.read_text("utf-8"),
        re.MULTILINE,
    )
    documented = {name.lower(): default.strip() for name, default in rows}
    assert set(documented) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if field.default_factory is None:
            assert documented[name] == _shown(field.default), name


def test_everything_has_a_default_that_runs_the_embedded_service(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.embedded
    assert settings.data_folder == tmp_path / "ocr-service"
    assert database_url(settings).render_as_string() == f"sqlite:///{settings.paths.database}"


def test_a_wrong_setting_is_named_and_its_value_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OCR_SERVICE_PORT", "geheim-99999")
    monkeypatch.setenv("OCR_SERVICE_READ_ATTEMPTS", "0")
    with pytest.raises(CodedError) as caught:
        load_settings()
    assert caught.value.code is ErrorCode.SETTINGS_INVALID
    assert "OCR_SERVICE_PORT" in caught.value.detail
    assert "OCR_SERVICE_READ_ATTEMPTS" in caught.value.detail
    assert "geheim" not in caught.value.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("OBJECTS_URL", "ftp://somewhere"),
        ("HEARTBEAT_TIMEOUT_SECONDS", "6"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"OCR_SERVICE_{name}", value)
    with pytest.raises(CodedError) as caught:
        load_settings()
    assert name.lower() in caught.value.detail.lower()


def test_another_process_reads_the_same_settings_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(
        data_folder=tmp_path / "elsewhere",
        database_url="postgresql://u:p@host/db",
        objects_url="s3://bucket/prefix",
        objects_secret_key=SecretStr("secret"),
        key_file=tmp_path / "keys.json",
        quality_seconds=0.25,
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings
    assert load_settings().objects_secret_key.get_secret_value() == "secret"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert "geheim" not in repr(Settings(objects_secret_key=SecretStr("geheim")))


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_postgresql_always_uses_the_driver_that_is_installed(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://u:p@host/db")
    assert database_url(settings).drivername == "postgresql+psycopg"


def _shown(default: object) -> str:
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    return "—" if value in ("", None) else str(value)
