"""How models are named: ``anthropic:NAME``, ``openai:NAME``, ``openai-compatible:NAME@URL``."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

Provider = Literal["anthropic", "openai", "openai-compatible"]

FORMS = "anthropic:NAME, openai:NAME or openai-compatible:NAME@URL"

_AT_URL = re.compile(r"(?P<model>.+?)@(?P<url>[A-Za-z][A-Za-z0-9+.-]*://.*)", re.DOTALL)
_PLAIN = re.compile(r"[\x21-\x7e]+")


class ModelNameError(ValueError):
    """A model's name that cannot be used; the message says how one is written."""


class ModelName(msgspec.Struct, frozen=True):
    """A model of a provider. Its text is the same however a person wrote it."""

    provider: Provider
    model: str
    """As the provider knows it."""
    url: str = ""
    """Where a compatible server's routes begin, ``/v1`` included; empty for the others."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}" + (f"@{self.url}" if self.url else "")

    @property
    def account(self) -> str:
        """Whose limits and connections its calls share."""
        return f"{self.provider}@{self.url}" if self.url else self.provider

    @property
    def local(self) -> bool:
        """Whether its calls stay on this machine."""
        return bool(self.url) and is_loopback(self.url)

    @property
    def caution(self) -> str:
        """What a person should know before anything is sent there; empty for nothing."""
        return caution(self.url) if self.url else ""


def parse(text: str) -> ModelName:
    """Read a model's name. Raises `ModelNameError`."""
    provider, colon, rest = text.strip().partition(":")
    if not colon or not rest:
        raise ModelNameError(f"{_shown(text)} names no model: write {FORMS}")
    match provider:
        case "anthropic" | "openai":
            if _AT_URL.fullmatch(rest):
                raise ModelNameError(
                    f"{provider}: takes no URL: write openai-compatible:NAME@URL for another server"
                )
            return ModelName(provider, _checked(rest))
        case "openai-compatible":
            found = _AT_URL.fullmatch(rest)
            if found is None:
                raise ModelNameError(
                    f"{_shown(text)} lacks the server's URL: write "
                    "openai-compatible:NAME@URL, for example "
                    "openai-compatible:qwen3@http://127.0.0.1:11434/v1"
                )
            url = base_url(found["url"])
            return ModelName("openai-compatible", _checked(found["model"]), url)
        case _:
            raise ModelNameError(f"nobody here is called {provider!r}: write {FORMS}")


def base_url(text: str) -> str:
    """Return a server's URL as clients need it, ``/v1`` added to a bare root.

    Raises `ModelNameError`, whose message never holds a password that the URL may hold.
    """
    parts = plain_url(text)
    path = parts.path.rstrip("/")
    for route in ("/chat/completions", "/completions", "/models"):
        path = path.removesuffix(route)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{path or '/v1'}"


def plain_url(text: str) -> SplitResult:
    """Take an http or https URL apart that holds nothing secret. Raises `ModelNameError`."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        raise ModelNameError(
            "the URL of a model's server cannot be read: write http://HOST:PORT"
        ) from None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ModelNameError(
            "the URL of a model's server must hold no user, password, query or fragment, because "
            "it is recorded: put the key into the environment variable WORKBENCH_MODEL_KEY"
        )
    if parts.scheme.lower() not in ("http", "https"):
        raise ModelNameError(f"{_shown(text)} is no http or https URL")
    if not host or not _PLAIN.fullmatch(text):
        raise ModelNameError(f"{_shown(text)} is no URL of a server: write http://HOST:PORT")
    return parts


def is_loopback(url: str) -> bool:
    """Whether what is sent to `url` stays on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def caution(url: str) -> str:
    """What a person should know before a key or a prompt goes to `url`; empty for nothing."""
    if url.startswith("https:") or is_loopback(url):
        return ""
    return f"prompts and the key go to {url} unencrypted: use https, unless you trust the network"


def _checked(model: str) -> str:
    """Return a provider's name of a model, if it can be one."""
    if not _PLAIN.fullmatch(model):
        raise ModelNameError(f"{_shown(model)} is no name of a model: it holds blanks")
    return model


def _shown(text: str) -> str:
    """Quote what a person wrote, without what a URL may hold before its host."""
    return repr(re.sub(r"://[^/@]*@", "://…@", text)[:120])
