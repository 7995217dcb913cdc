"""Settings: everything an administrator can choose, from environment variables, checked at the
start by name.

Promises: no setting is read anywhere else (LABELJOB_FAILPOINT is none: it belongs to the fault
tests), none is read at import, and a wrong one is named with its remedy before anything starts.
`.env.example` lists them all.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.base import encryption
from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces, outside, read_places
from bot.base.run_hours import longest_of, read_hours
from bot.base.s3_uri import Allowed

# the one variable that is no setting: where the others may be read as well
ENV_FILE = "LABELJOB_ENV_FILE"

REMEDY = (
    "Settings stand in the environment or in the file of --env-file; .env.example lists them all."
)
_FILE_REMEDY = (
    "Name a text file with a line NAME=value for each setting; .env.example is one to begin with."
)
# Not user:password@host: the redaction would take that for a secret.
_POSTGRESQL_WORDS = (
    "postgresql+psycopg://user@host/name (a password stands between the user and the @, after a "
    "colon)"
)
# What SQLAlchemy makes of an address, as far as it is not ambiguous: a second @ would take a part
# of the password for a part of the host, and show it.
_POSTGRESQL = re.compile(
    r"postgresql\+psycopg://(?:[^:/]*(?::(?P<password>[^@]*))?@)?(?:\[[^/?@\]]+\]|[^/:?@\[\]]+)?(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[^?@]*)?(?:\?(?P<more>[^@]*))?"
)
_OTHER_NAMES = ("postgres://", "postgresql://")  # of postgresql+psycopg://; the first is Heroku's
_PORTS = range(1, 65536)
# what platforms such as Heroku set by themselves
_PLATFORM = {"port": "PORT", "database_url": "DATABASE_URL"}
SPARE = 1 / 6  # share of a lease that must be left beyond a call to Slack (5 s of 30 s)
_MANAGER = re.compile(r"[UWS][A-Z0-9]+")
EXAMPLES = {
    "slack_bot_token": ("xoxb-", "xoxb-…"),
    "slack_app_token": ("xapp-", "xapp-…"),
    "execution_role_arn": ("arn:aws:iam::123456789012:role/LabelingRole",),
    "buckets": ("my-pictures", "my-labels/labeling"),
    "managers": ("U0123456789",),
}
"""What .env.example and docs/running.md show to be replaced, by field; it is nobody's."""


class Wrong(NamedTuple):
    """A setting that is missing or wrong: its name, and words for a person."""

    name: str
    words: str


class BadSettings(Refusal):
    """Settings are missing or wrong: each by its name, and at the end what to do about them."""

    def __init__(self, wrong: list[Wrong], remedy: str = REMEDY) -> None:
        lines = [f"{each.name}: {each.words}" for each in wrong]
        super().__init__("\n".join(["These settings are missing or wrong.", *lines, remedy]))
        self.wrong = wrong
        self.remedy = remedy


class Examined(NamedTuple):
    """What could be read of the settings; each of those that are wrong stands at its default."""

    settings: "Settings"
    wrong: list[Wrong]


Names = Annotated[tuple[str, ...], NoDecode]
PlacesByChannel = Annotated[dict[str, tuple[str, ...]] | None, NoDecode]


class Settings(BaseSettings):
    """The settings. Durations are seconds."""

    model_config = SettingsConfigDict(
        env_prefix="LABELJOB_", extra="ignore", frozen=True, populate_by_name=True
    )

    slack_bot_token: SecretStr = Field(validation_alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET"
    )
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_api_url: str = "https://slack.com/api/"
    slack_transport: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)

    aws_region: str = Field(default="us-east-1", validation_alias="AWS_REGION")
    aws_endpoint_url: str | None = Field(default=None, validation_alias="AWS_ENDPOINT_URL")
    aws_access_key_id: str | None = Field(default=None, validation_alias="AWS_ACCESS_KEY_ID")
    aws_secret_access_key: SecretStr | None = Field(
        default=None, validation_alias="AWS_SECRET_ACCESS_KEY"
    )
    aws_session_token: SecretStr | None = Field(default=None, validation_alias="AWS_SESSION_TOKEN")

    database_url: str = "sqlite:///labeljob.db"
    execution_role_arn: str = ""
    buckets: Names = ()
    places: PlacesByChannel = None
    managers: Names = ()

    poll_gap: float = Field(default=30.0, gt=0)
    send_gap: float = Field(default=0.5, gt=0)
    teams_gap: float = Field(default=60.0, gt=0)
    card_gap: float = Field(default=60.0, ge=0)
    post_pace: float = Field(default=1.0, gt=0)
    lease: float = Field(default=30.0, gt=0)
    slack_timeout: float = Field(default=10.0, gt=0)
    look_wait: float = Field(default=5.0, ge=0)
    duplicate_wait: float = Field(
        default=60.0,
        gt=0,
        validation_alias=AliasChoices("LABELJOB_DUPLICATE_WAIT", "LABELJOB_TWIN_WAIT"),
    )
    recover: Literal["look", "repeat", "skip"] = "look"
    set_aside_after: int = Field(
        default=8,
        ge=1,
        validation_alias=AliasChoices("LABELJOB_SET_ASIDE_AFTER", "LABELJOB_QUARANTINE_AFTER"),
    )
    set_aside_silence: float = Field(
        default=3600.0,
        gt=0,
        validation_alias=AliasChoices("LABELJOB_SET_ASIDE_SILENCE", "LABELJOB_QUARANTINE_SILENCE"),
    )
    s3_encryption: str = encryption.NONE
    unit_price: float = Field(default=4.0, ge=0)  # the list price in us-east-1; others may differ
    model_hours: str = "8"
    public_task_price: int = Field(default=0, ge=0, le=1200)
    objects_per_job: int = Field(default=100_000, ge=1, le=100_000)
    people: Literal["off", "grouped", "by-person"] = "off"
    link_life: int = Field(default=600, ge=30, le=900)
    chromium: str = ""
    crowd_elements: str = ""
    form_wait: float = Field(default=1.5, gt=0, le=2.5)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    health_port: int = Field(default=0, ge=0, le=65535)

    @model_validator(mode="before")
    @classmethod
    def _platform(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What the platform says stands in for what nobody has set, in a file neither.

        Whoever is given a port is asked from another machine.
        """
        said = {field: os.environ.get(name) for field, name in _PLATFORM.items()}
        given = {**{field: value for field, value in said.items() if value}, **given}
        if said["port"] and given["port"] == said["port"]:
            given.setdefault("host", "0.0.0.0")  # noqa: S104 - the platform's router stands before it
        return given

    @field_validator("buckets", "managers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Lists are written with commas."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("places", mode="before")
    @classmethod
    def _by_channel(cls, value: object) -> object:
        """Channels and what is open to each; a line that is left empty is no setting."""
        if isinstance(value, str):
            return read_places(value) if value.strip() else None
        return value

    @field_validator("model_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        """Hours for every channel, and for channels that are named."""
        read_hours(value)
        return value

    @field_validator("s3_encryption")
    @classmethod
    def _encryption(cls, value: str) -> str:
        """None, AES256 or a KMS key."""
        return encryption.check(value)

    @field_validator("managers")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Slack knows people and user groups by ids; a name here would make nobody a manager."""
        wrong = [entry for entry in value if not _MANAGER.fullmatch(entry)]
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)}: name people by their member id (U…: profile, More, Copy "
                "member ID) and user "
                "groups by theirs (S…)."
            )
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        """slack_sdk joins method names to the address, so it must end in a slash."""
        if not _is_web_address(value):
            raise ValueError(
                "It must be an address that begins with https:// (or http://), such as the default."
            )
        return value if value.endswith("/") else value + "/"

    @field_validator("aws_endpoint_url", "crowd_elements")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        """Only for another AWS than Amazon's."""
        if value and not _is_web_address(value):
            raise ValueError(
                "It must be an address that begins with https:// (or http://); leave it out for "
                "AWS."
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        """One of the two kinds, with one meaning. What is refused is never quoted: it may hold a
        password.
        """
        value = value.strip()
        for other in _OTHER_NAMES:
            if value.startswith(other):
                value = "postgresql+psycopg://" + value.removeprefix(other)
        if re.match(r"sqlite:///[^?]", value):
            return value
        if not value.startswith("postgresql+psycopg://"):
            raise ValueError(f"It must be sqlite:///file or {_POSTGRESQL_WORDS}.")
        parts = _POSTGRESQL.fullmatch(value)
        if parts is None or int(parts["port"] or _PORTS[0]) not in _PORTS:
            raise ValueError(
                f"It cannot be read as {_POSTGRESQL_WORDS}. In a password, @ is written %40, : is "
                "%3A and / is %2F; a port, after the host and a colon, is a number up to "
                f"{_PORTS[-1]}."
            )
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be seen; the database's password stands in its address."""
        kept = [value.get_secret_value() for _name, value in self if isinstance(value, SecretStr)]
        return tuple(value for value in (*kept, *_passwords(self.database_url)) if value)

    @property
    def named_port(self) -> int:
        """The port that somebody, or the platform, chose; 0 where nobody did."""
        return self.port if "port" in self.model_fields_set else 0

    @property
    def quick_gap(self) -> float:
        """Seconds between two looks at what people wait for."""
        return min(self.poll_gap, 2 * self.send_gap)

    def longest_run(self, channel: str) -> int:
        """How long a model may run that is started from a channel, in seconds."""
        return longest_of(read_hours(self.model_hours), channel)

    @property
    def allowed(self) -> Allowed:
        """The buckets and folders that the bot may touch."""
        return Allowed(self.buckets)

    @property
    def open_places(self) -> OpenPlaces:
        """What of it is open to which channel."""
        return OpenPlaces(self.allowed, self.places)


def read(env_file: str | None = None) -> Settings:
    """The settings from the environment, and from `env_file` where one is named (the environment
    wins).

    Raises:
        BadSettings: one sentence per wrong or missing setting, with its name.

    """
    settings, wrong = examine(env_file)
    if wrong:
        raise BadSettings(wrong)
    return settings


def examine(env_file: str | None = None) -> Examined:
    """As `read`, for whoever works with what is right as well: all that is wrong at once.

    Raises:
        BadSettings: the file cannot be read.

    """
    wrong: list[Wrong] = []
    defaults: dict[str, Any] = {}
    try:
        settings = _read(env_file, {})
    except ValidationError as error:
        # Not as its cause, which quotes values.
        wrong += [Wrong(_variable(e["loc"]), _words(e)) for e in error.errors()]
        defaults = {key: _default(key) for key in (str(e["loc"][0]) for e in error.errors())}
        settings = _read(env_file, defaults)
    left = _examples_left(settings)
    wrong += [Wrong(name_of(field), _example_words(values)) for field, values in left.items()]
    wrong += _missing(settings, {each.name for each in wrong})
    if left:
        settings = _read(env_file, defaults | {_key(field): _default(field) for field in left})
    return Examined(settings, wrong)


def name_of(field: str) -> str:
    """The environment variable of a field."""
    return _variable((_key(field),))


def _key(field: str) -> str:
    """Under which name pydantic takes a field."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias or field)


def _default(key: str) -> Any:
    """The value of a field that is not set, by any of its names."""
    fields = Settings.model_fields.items()
    field = next(field for name, field in fields if key in {name, _key(name)})
    return "" if field.is_required() else field.default


def _read(env_file: str | None, instead: dict[str, Any]) -> Settings:
    """As `read`, with some values given; pydantic-settings itself passes over a file that is not
    there.
    """
    if env_file is None:
        return Settings(**instead)
    file = Path(env_file).expanduser()
    try:
        if not file.exists():
            raise _bad_file(env_file, "there is no such file")
        if file.is_dir():
            raise _bad_file(env_file, "it is a folder")
        return Settings(_env_file=file, **instead)
    except UnicodeDecodeError:
        raise _bad_file(env_file, "it is no text in UTF-8") from None
    except OSError as error:
        raise _bad_file(env_file, error.strerror or "it cannot be read") from error


def _bad_file(env_file: str, why: str) -> BadSettings:
    return BadSettings([Wrong("--env-file", f"{env_file} cannot be read: {why}.")], _FILE_REMEDY)


def _examples_left(settings: Settings) -> dict[str, list[str]]:
    """Which values of .env.example were left as they are, by field."""
    left = {}
    for field, examples in EXAMPLES.items():
        if field == "slack_app_token" and settings.slack_transport != "socket":
            continue  # nobody asks for it
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        values = value if isinstance(value, tuple) else (value,)
        if found := [each for each in values if each in examples]:
            left[field] = found
    return left


def _example_words(values: list[str]) -> str:
    return (
        f"“{', '.join(values)}” is only the example's. Put your own there; docs/running.md says "
        "where it is found."
    )


def _missing(settings: Settings, wrong: set[str]) -> list[Wrong]:
    """What a setting needs of another one, as far as that one can be read."""
    transport = ""
    if "LABELJOB_SLACK_TRANSPORT" not in wrong:
        transport = settings.slack_transport
    missing = []
    if transport == "socket" and not settings.slack_app_token.get_secret_value():
        words = (
            "Socket Mode needs the app-level token (xapp-…); or set LABELJOB_SLACK_TRANSPORT=http"
        )
        missing.append(Wrong("SLACK_APP_TOKEN", words))
    if transport == "http" and not settings.slack_signing_secret.get_secret_value():
        words = "signed HTTP needs it; it is on the app's Basic Information page"
        missing.append(Wrong("SLACK_SIGNING_SECRET", words))
    if transport == "http" and settings.health_port == settings.port:
        words = "signed HTTP is served on this port (LABELJOB_PORT); health needs another one"
        missing.append(Wrong("LABELJOB_HEALTH_PORT", words))
    shortest = settings.slack_timeout / (1 - SPARE)
    if settings.lease <= shortest and not {"LABELJOB_LEASE", "LABELJOB_SLACK_TIMEOUT"} & wrong:
        words = (
            "no message would be sent: a lease must outlast a call to Slack "
            f"(LABELJOB_SLACK_TIMEOUT={settings.slack_timeout:g}) with a sixth to spare; set more "
            f"than {shortest:g}"
        )
        missing.append(Wrong("LABELJOB_LEASE", words))
    closed = outside(settings.places or {}, settings.allowed)
    if closed and "LABELJOB_BUCKETS" not in wrong:
        words = (
            f"{', '.join(closed)} lies outside LABELJOB_BUCKETS; name it there as well, or take "
            "it out here"
        )
        missing.append(Wrong("LABELJOB_PLACES", words))
    return missing


def _words(error: Any) -> str:
    """What is wrong with one setting; never its value."""
    return (
        "It is not set."
        if error["type"] == "missing"
        else str(error["msg"]).removeprefix("Value error, ")
    )


def _is_web_address(value: str) -> bool:
    """Whether something could answer HTTP there."""
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _passwords(database_url: str) -> list[str]:
    """The password in a database's address: as it is written there, and as it is."""
    parts = _POSTGRESQL.fullmatch(database_url)
    if parts is None:
        return []
    written = parts["password"] or ""
    return [
        written,
        unquote(written),
        *(value for name, value in parse_qsl(parts["more"] or "") if "password" in name),
    ]


def _variable(location: tuple[int | str, ...]) -> str:
    """The environment variable behind a field's place in a validation error."""
    name = str(location[0])
    return name if name.isupper() else f"LABELJOB_{name.upper()}"
