"""Settings: environment variables `OCR_SERVICE_<NAME>`; `docs/settings.md` explains each."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ocr_service.app_paths import AppPaths, default_data_folder
from pipelines.errors import CodedError, ErrorCode

_MIB = 1024 * 1024


class Settings(BaseSettings):
    """Everything an installation may set. The defaults run the embedded service."""

    model_config = SettingsConfigDict(env_prefix="OCR_SERVICE_", frozen=True, extra="ignore")

    # Where things are kept
    data_folder: Path = Field(default_factory=default_data_folder)
    database_url: str = ""
    database_pool_size: int = Field(default=5, ge=1, le=100)
    objects_url: str = ""
    objects_endpoint: str = ""
    objects_region: str = "us-east-1"
    objects_access_key: SecretStr = SecretStr("")
    objects_secret_key: SecretStr = SecretStr("")
    objects_timeout_seconds: float = Field(default=30, gt=0)
    key_file: Path | None = None

    # Web
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    session_hours: float = Field(default=10, gt=0)
    session_idle_minutes: float = Field(default=60, gt=0)
    sign_in_failures: int = Field(default=5, ge=1)
    sign_in_lock_minutes: float = Field(default=15, gt=0)
    claim_minutes: float = Field(default=15, gt=0)
    time_zone: str = "Asia/Tokyo"

    # Intake
    upload_bytes: int = Field(default=64 * _MIB, ge=1024)
    document_pages: int = Field(default=200, ge=1)
    page_pixels: int = Field(default=100_000_000, ge=1_000_000)
    quality_seconds: float = Field(default=2.0, ge=0, le=30)
    quality_processes: int = Field(default=1, ge=1, le=16)
    quality_memory_mib: int = Field(default=1536, ge=128)
    inspect_seconds: float = Field(default=20, gt=0)

    # Reading
    forms_folder: Path | None = None
    residents_file: Path | None = None
    banks_file: Path | None = None
    reader: str = "ocr_service.jobs.pipeline_reader:open_handler"
    worker_count: int = Field(default=1, ge=0, le=64)
    read_seconds: float = Field(default=120, gt=0)
    read_memory_mib: int = Field(default=3072, ge=128)
    read_attempts: int = Field(default=3, ge=1, le=20)
    queue_poll_seconds: float = Field(default=0.5, gt=0)
    heartbeat_seconds: float = Field(default=5, gt=0)
    heartbeat_timeout_seconds: float = Field(default=30, gt=0)
    stop_seconds: float = Field(default=30, gt=0)

    # Cases
    case_match_days: int = Field(default=90, ge=0, le=3660)
    applicant_again_days: int = Field(default=30, ge=0, le=3660)
    case_office: str = Field(default="区役所", max_length=60)

    # Learning
    example_forms: str = Field(default="", pattern=r"^(\*|[a-z0-9-]+(,[a-z0-9-]+)*)?$")
    example_days: int = Field(default=365, ge=1, le=3660)
    gold_percent: int = Field(default=10, ge=1, le=50)

    # Logs and metrics
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.heartbeat_timeout_seconds < 3 * self.heartbeat_seconds:
            raise ValueError("heartbeat_timeout_seconds must be at least 3 x heartbeat_seconds")
        scheme = self.database_url.partition(":")[0].partition("+")[0]
        if scheme not in ("", "sqlite", "postgresql"):
            raise ValueError("database_url must start with sqlite:/// or postgresql://")
        if self.objects_url and not self.objects_url.startswith("s3://"):
            raise ValueError("objects_url must be empty (local files) or s3://bucket/prefix")
        return self

    def environment(self) -> dict[str, str]:
        """Return the variables that make another process read these same settings."""
        found = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else value
            if text is not None:
                found[f"OCR_SERVICE_{name.upper()}"] = str(text)
        return found

    @property
    def paths(self) -> AppPaths:
        """Files and folders below the data folder."""
        return AppPaths(data_folder=self.data_folder)

    @property
    def embedded(self) -> bool:
        """SQLite, local files and no key file of the operator's: the one-machine default."""
        return not self.database_url and not self.objects_url and self.key_file is None


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises CodedError SETTINGS_INVALID naming every wrong variable, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"OCR_SERVICE_{'_'.join(str(p) for p in e['loc']).upper() or '*'}: {e['msg']}"
            for e in error.errors()
        )
        raise CodedError(ErrorCode.SETTINGS_INVALID, problems) from None
