"""From a model's name to the model."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from typing import Any

from workbench.propose.llm.account import Account, http_client
from workbench.propose.llm.anthropic import AnthropicModel
from workbench.propose.llm.anthropic import check_effort as check_anthropic
from workbench.propose.llm.call import Options
from workbench.propose.llm.chat import ChatModel
from workbench.propose.llm.failure import Site
from workbench.propose.llm.name import ModelName, ModelNameError, parse, plain_url
from workbench.propose.llm.name import base_url as with_version
from workbench.propose.llm.openai_words import check_effort as check_openai
from workbench.propose.llm.responses import LEAST_OUTPUT, ResponsesModel
from workbench.propose.llm.streamed import StreamedModel
from workbench.propose.proposer import ProposerStopped

VARIABLES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openai-compatible": "WORKBENCH_MODEL_KEY",
}
"""Provider -> environment variable of its key."""

DUMMY = "none"
"""What compatible servers get for a key when the person has set none."""

_OTHER_SERVER = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL"}
_ORGANISATION = {
    "OPENAI_ORG_ID": "openai-organization",
    "OPENAI_PROJECT_ID": "openai-project",
}


class Accounts:
    """The accounts in use: models of one provider and URL share one."""

    def __init__(self) -> None:
        self._open: dict[str, Account] = {}

    def get(self, name: str) -> Account | None:
        """Return an account that is in use."""
        return self._open.get(name)

    def add(self, account: Account) -> None:
        """Keep an account for the models that follow."""
        self._open[account.name] = account

    def forget(self, name: str) -> None:
        """Drop an account that nobody uses any more."""
        self._open.pop(name, None)


def check_options(model: str | ModelName, options: Options) -> None:
    """Refuse what the model's provider does not know. Raises `ValueError`."""
    name = parse(model) if isinstance(model, str) else model
    if options.max_output_tokens < 1:
        raise ValueError(f"a model needs at least 1 output token, not {options.max_output_tokens}")
    if name.provider == "openai" and options.max_output_tokens < LEAST_OUTPUT:
        raise ValueError(
            f"openai takes at least {LEAST_OUTPUT} output tokens, not {options.max_output_tokens}"
        )
    if not options.seconds > 0:
        raise ValueError(f"a call needs more than {options.seconds} s")
    (check_anthropic if name.provider == "anthropic" else check_openai)(options)


def check_key(model: str | ModelName, environment: Mapping[str, str]) -> None:
    """Raise `ProposerStopped`, naming the variable, when the model's key is not there."""
    _key(parse(model) if isinstance(model, str) else model, environment)


async def open_model(
    model: str | ModelName, environment: Mapping[str, str], accounts: Accounts | None = None
) -> StreamedModel:
    """Return the model of that name, its SDK imported off the event loop.

    Models opened with the same `accounts` share client and limiter where they share an account;
    the last one to be closed closes it. ``ANTHROPIC_BASE_URL`` and ``OPENAI_BASE_URL`` of the
    environment name another server. Raises `ModelNameError`, and `ProposerStopped` for a missing
    key.
    """
    name = parse(model) if isinstance(model, str) else model
    key = _key(name, environment)
    accounts = Accounts() if accounts is None else accounts
    sdk = "anthropic" if name.provider == "anthropic" else "openai"
    module = await asyncio.to_thread(importlib.import_module, sdk)
    account = accounts.get(name.account)
    if account is None:
        account = await asyncio.to_thread(_account, module, name, environment, key, accounts)
        other = accounts.get(name.account)  # opened meanwhile
        if other is None:
            accounts.add(account)
        else:
            await account.hold().release()
            account = other
    account.hold()
    site = Site(name, VARIABLES[name.provider], key, keyed=key != DUMMY)
    kinds: dict[str, type[StreamedModel]] = {"anthropic": AnthropicModel, "openai": ResponsesModel}
    return kinds.get(name.provider, ChatModel)(site, account)


def _key(name: ModelName, environment: Mapping[str, str]) -> str:
    """Return the key for a model. A header cannot carry every text, and errors would quote it."""
    variable = VARIABLES[name.provider]
    key = environment.get(variable, "").strip()
    if not key:
        if name.provider == "openai-compatible":
            return DUMMY
        raise ProposerStopped(
            f"{name} needs a key: set {variable} in the environment, and start again"
        )
    if not all("!" <= letter <= "~" for letter in key):
        raise ProposerStopped(
            f"{variable} holds something that is no key (blanks or letters that are not ASCII): "
            "mend it in the environment, and start again"
        )
    return key


def _account(
    module: Any, name: ModelName, environment: Mapping[str, str], key: str, accounts: Accounts
) -> Account:
    """Build the client of an account; reading the system's certificates takes some time."""
    url = name.url or _server(name, environment)
    extra = {}
    if name.provider == "openai":
        extra = {
            header: environment[variable]
            for variable, header in _ORGANISATION.items()
            if environment.get(variable)
        }
    http = http_client(key, ModelName(name.provider, name.model, url).local, extra)
    given: dict[str, Any] = {"api_key": key, "base_url": url, "max_retries": 0, "http_client": http}
    if name.provider == "anthropic":
        client = module.AsyncAnthropic(**given, open_telemetry=False)
    else:
        client = module.AsyncOpenAI(**given, organization="", project="", webhook_secret="")

    def forget() -> None:
        if accounts.get(name.account) is found:
            accounts.forget(name.account)

    found = Account(name.account, client, client.close, forget)
    return found


def _server(name: ModelName, environment: Mapping[str, str]) -> str:
    """Return where a provider is: what the person's environment says, or its own address."""
    variable = _OTHER_SERVER[name.provider]
    own = environment.get(variable, "").strip()
    if not own:
        known = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
        return known[name.provider]
    try:
        plain_url(own)
        return own if name.provider == "anthropic" else with_version(own)
    except ModelNameError as error:
        raise ProposerStopped(f"{variable}: {error}") from None
