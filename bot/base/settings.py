"""Settings: everything an administrator can choose, from environment variables, checked at the start by name.

Promises: no setting is read anywhere else (LABELJOB_FAILPOINT is none: it belongs to the fault tests), none is read
at import, and a wrong one is named with its remedy before anything starts. `.env.example` lists them all.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed

ENV_FILE = "LABELJOB_ENV_FILE"  # the one variable that is no setting: where the others may be read as well


class BadSettings(Refusal):
    """The settings are not complete."""


Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """The settings. Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="LABELJOB_", extra="ignore", frozen=True, populate_by_name=True)

    slack_bot_token: SecretStr = Field(validation_alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_api_url: str = "https://slack.com/api/"
    slack_transport: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)

    aws_region: str = Field(default="us-east-1", validation_alias="AWS_REGION")
    aws_endpoint_url: str | None = Field(default=None, validation_alias="AWS_ENDPOINT_URL")
    aws_access_key_id: str | None = Field(default=None, validation_alias="AWS_ACCESS_KEY_ID")
    aws_secret_access_key: SecretStr | None = Field(default=None, validation_alias="AWS_SECRET_ACCESS_KEY")
    aws_session_token: SecretStr | None = Field(default=None, validation_alias="AWS_SESSION_TOKEN")

    database_url: str = "sqlite:///labeljob.db"
    execution_role_arn: str = ""
    buckets: Names = ()
    managers: Names = ()

    poll_gap: float = Field(default=30.0, gt=0)
    send_gap: float = Field(default=0.5, gt=0)
    teams_gap: float = Field(default=60.0, gt=0)
    card_gap: float = Field(default=60.0, ge=0)
    post_pace: float = Field(default=1.0, gt=0)
    lease: float = Field(default=30.0, gt=0)
    slack_timeout: float = Field(default=10.0, gt=0)
    look_wait: float = Field(default=5.0, ge=0)
    twin_wait: float = Field(default=60.0, gt=0)
    recover: Literal["look", "repeat", "skip"] = "look"
    quarantine_after: int = Field(default=8, ge=1)
    quarantine_silence: float = Field(default=3600.0, gt=0)
    link_life: int = Field(default=600, ge=30, le=900)
    form_wait: float = Field(default=1.5, gt=0, le=2.5)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    health_port: int = Field(default=0, ge=0, le=65535)

    @field_validator("buckets", "managers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Lists are written with commas."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        """slack_sdk joins method names to the address, so it must end in a slash."""
        return value if value.endswith("/") else value + "/"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be seen; the database's password stands in its address."""
        kept = [value.get_secret_value() for _name, value in self if isinstance(value, SecretStr)]
        return tuple(value for value in (*kept, urlsplit(self.database_url).password or "") if value)

    @property
    def allowed(self) -> Allowed:
        """The buckets and folders that the bot may touch."""
        return Allowed(self.buckets)


def read(env_file: str | None = None) -> Settings:
    """The settings from the environment, and from `env_file` where one is named (the environment wins).

    Raises:
        BadSettings: one sentence per wrong or missing setting, with its name.

    """
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [f"{_variable(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        raise BadSettings("These settings are missing or wrong.\n" + "\n".join(lines)) from error
    missing = []
    if settings.slack_transport == "socket" and not settings.slack_app_token.get_secret_value():
        missing.append(
            "SLACK_APP_TOKEN: Socket Mode needs the app-level token (xapp-…); or set LABELJOB_SLACK_TRANSPORT=http"
        )
    if settings.slack_transport == "http" and not settings.slack_signing_secret.get_secret_value():
        missing.append("SLACK_SIGNING_SECRET: signed HTTP needs it; it is on the app's Basic Information page")
    if missing:
        raise BadSettings("These settings are missing or wrong.\n" + "\n".join(missing))
    return settings


def _variable(location: tuple[int | str, ...]) -> str:
    """The environment variable behind a field's place in a validation error."""
    name = str(location[0])
    return name if name.isupper() else f"LABELJOB_{name.upper()}"
