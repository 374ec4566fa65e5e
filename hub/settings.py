"""The one settings class, read once in bootstrap and passed down. `.env.example` explains each."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: Words that people leave in example files; a hub that guards health data must not start with them.
PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "password", "example", "todo", "xxx"})


class Environment(StrEnum):
    """Where the hub runs. Outside production only allowed recipients are written to."""

    LOCAL = "local"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Settings from the environment (HUB_…), `.env`, or files named by HUB_…_FILE for secrets."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_file=".env", extra="ignore")

    environment: Environment = Environment.LOCAL
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_file: Path | None = Field(default=None, validation_alias="DATABASE_URL_FILE")
    data_dir: Path = Path("var")
    master_key: SecretStr | None = None
    master_key_file: Path | None = None

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: str = "127.0.0.1"

    mail_address: str = "assistance@vi-hub.example"
    mail_intake_host: str = "127.0.0.1"
    mail_intake_port: int = 2525
    mail_intake_protocol: str = "smtp"
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: Path | None = None
    smtp_tls: str = "starttls"
    mailbox_port: int = 2526

    outbound: bool = True
    allowed_recipients: str = "*"

    body_limit_bytes: int = 4_000_000
    worker_batch: int = 64
    lease_seconds: float = 30.0
    worker_metrics_host: str = "127.0.0.1"
    worker_metrics_port: int = 0
    log_level: str = "INFO"

    @model_validator(mode="after")
    def read_secret_files(self) -> "Settings":
        """Take secrets from their files, so that none stands in an environment."""
        for name in ("master_key", "smtp_password", "database_url"):
            file: Path | None = getattr(self, f"{name}_file")
            if file is not None:
                setattr(self, name, SecretStr(file.read_text(encoding="utf-8").strip()))
        return self

    @model_validator(mode="after")
    def refuse_placeholders(self) -> "Settings":
        """Refuse to start in production with a secret that somebody forgot to change."""
        if self.environment is not Environment.PRODUCTION:
            return self
        for name in ("master_key", "smtp_password"):
            secret: SecretStr | None = getattr(self, name)
            if secret is not None and secret.get_secret_value().strip().lower() in PLACEHOLDERS:
                raise ValueError(f"HUB_{name.upper()} is still a placeholder: give it a real secret")
        if self.master_key is None:
            raise ValueError("HUB_MASTER_KEY (or HUB_MASTER_KEY_FILE) is needed in production: 32 bytes, base64")
        return self

    @property
    def has_mailbox(self) -> bool:
        """Whether mail goes to the embedded mailbox: nobody signs in to read it, so never in production."""
        return not self.smtp_host and self.environment is not Environment.PRODUCTION
