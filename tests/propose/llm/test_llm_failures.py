"""Every way in which a call fails, over the real SDKs."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback

import pytest
from aiohttp import web
from llm_support import (
    KEY,
    PROVIDERS,
    TEXT,
    always,
    answering,
    ask,
    environment,
    failure,
    named,
    opened,
)

from workbench.dev import FakeModel, FaultKind, Pace
from workbench.propose.llm.call import RETRIED, CallFailed, Kind, Options, Usage
from workbench.propose.llm.failure import Site, Told, failed, retry_seconds
from workbench.propose.llm.name import parse
from workbench.propose.llm.open import check_key, check_options, open_model
from workbench.propose.proposer import ProposerStopped

EXPECTED = {
    FaultKind.RATE_LIMIT: Kind.RATE_LIMIT,
    FaultKind.SERVER_ERROR: Kind.SERVER,
    FaultKind.OVERLOADED: Kind.OVERLOADED,
    FaultKind.WRONG_KEY: Kind.REJECTED,
    FaultKind.FORBIDDEN: Kind.REJECTED,
    FaultKind.NO_CREDIT: Kind.REJECTED,
    FaultKind.CONTEXT: Kind.CONTEXT,
    FaultKind.ENDS_EARLY: Kind.TRUNCATED,
    FaultKind.CUT: Kind.NETWORK,
    FaultKind.GARBAGE: Kind.MALFORMED,
    FaultKind.BROKEN_JSON: Kind.MALFORMED,
    FaultKind.REFUSAL: Kind.REFUSED,
    FaultKind.FILTERED: Kind.REFUSED,
}
AFTER_200 = {
    (FaultKind.ERROR_EVENT, "anthropic"): Kind.OVERLOADED,
    (FaultKind.ERROR_EVENT, "openai"): Kind.SERVER,
    (FaultKind.ERROR_EVENT, "openai-compatible"): Kind.SERVER,
    (FaultKind.FAILED, "anthropic"): Kind.SERVER,
    (FaultKind.FAILED, "openai"): Kind.RATE_LIMIT,
}
CASES = [(fault, who, kind) for fault, kind in EXPECTED.items() for who in PROVIDERS]
CASES += [(fault, who, kind) for (fault, who), kind in AFTER_200.items()]
FREE = {
    FaultKind.RATE_LIMIT,
    FaultKind.SERVER_ERROR,
    FaultKind.OVERLOADED,
    FaultKind.WRONG_KEY,
    FaultKind.FORBIDDEN,
    FaultKind.NO_CREDIT,
    FaultKind.CONTEXT,
}


def everything(error: BaseException) -> str:
    """All that a log or a bug report could show of an exception and of what it hangs on."""
    found = ["".join(traceback.format_exception(error)), repr(error), repr(vars(error))]
    others = (error.__cause__, error.__context__)
    found += [everything(other) for other in others if other is not None]
    return "\n".join(found)


@pytest.mark.parametrize(("fault", "provider", "kind"), CASES)
async def test_a_fault_is_told_apart_counted_and_never_shows_the_key(
    fault: FaultKind, provider: str, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeModel(always(fault)) as server, opened(provider, server) as model:
        found = await failure(model)
        assert found.kind is kind, found.message
        assert model.provider in found.message
        told = everything(found) + repr(model) + caplog.text
        for secret in (KEY, KEY[:10], KEY[-8:]):
            assert secret not in told
        assert found.__context__ is None
        assert found.usage is not None
        if fault in FREE:
            assert found.usage == Usage()
        else:
            assert found.usage.total > 1000
            assert found.usage.known == (kind is Kind.REFUSED)
        assert len(server.calls) == 1  # the SDK has not tried again by itself
        assert server.calls[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_wait_that_a_provider_asks_for_is_read(provider: str) -> None:
    script = always(FaultKind.RATE_LIMIT, retry_after=7.5)
    async with FakeModel(script) as server, opened(provider, server) as model:
        found = await failure(model)
    assert found.retry_seconds == 7.5
    assert found.request


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER, FaultKind.DRIP])
async def test_a_call_has_a_deadline_of_its_own(provider: str, fault: FaultKind) -> None:
    async with FakeModel(always(fault)) as server, opened(provider, server) as model:
        found = await failure(model, Options(1000, seconds=0.15))
        assert found.kind is Kind.TIMEOUT
        assert "within 0.15 s" in found.message
        assert found.usage is not None
        assert not found.usage.known
        assert found.usage.input + found.usage.cache_write > 1000
        async with asyncio.timeout(5):
            await server.until(lambda counts: counts.outcomes.get("hung up") == 1)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_nobody_there_costs_nothing(provider: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = FakeModel()
    server.url = f"http://127.0.0.1:{port}"
    async with opened(provider, server) as model:
        found = await failure(model)
    assert found.kind is Kind.NETWORK
    assert "cannot be reached" in found.message
    assert found.usage == Usage()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_wrong_name_or_key_says_what_to_mend(provider: str) -> None:
    variables = {
        "anthropic": "ANTHROPIC_API_KEY",
        "openai": "OPENAI_API_KEY",
        "openai-compatible": "WORKBENCH_MODEL_KEY",
    }
    async with FakeModel(answering(key=KEY, models=("fake",))) as server:
        async with opened(provider, server, model="mistyped") as model:
            found = await failure(model)
            assert found.kind is Kind.REJECTED
            assert "'mistyped'" in found.message
        variable = variables[provider]
        async with opened(provider, server, changed={variable: "sk-wrong-12345678"}) as model:
            found = await failure(model)
            assert found.kind is Kind.REJECTED
            assert found.kind not in RETRIED
            assert variable in found.message
            assert "sk-w" not in everything(found)


async def test_a_server_that_wants_a_key_where_none_is_set() -> None:
    async with (
        FakeModel(answering(key=KEY)) as server,
        opened("openai-compatible", server, changed={"WORKBENCH_MODEL_KEY": ""}) as model,
    ):
        assert "set WORKBENCH_MODEL_KEY" in (await failure(model)).message
        assert server.calls[0].headers["authorization"] == "Bearer none"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_prompt_beyond_the_window_is_recognised(provider: str) -> None:
    script = answering(context_tokens=500)
    async with FakeModel(script) as server, opened(provider, server) as model:
        assert (await failure(model)).kind is Kind.CONTEXT


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_nothing_but_our_key_leaves_whatever_the_environment_says(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = "authorization: Bearer evil\nx-planted: evil\nx-api-key: evil"
    for sdk in ("ANTHROPIC", "OPENAI"):
        monkeypatch.setenv(f"{sdk}_CUSTOM_HEADERS", planted)
        monkeypatch.setenv(f"{sdk}_BASE_URL", "http://127.0.0.1:9")
        monkeypatch.setenv(f"{sdk}_API_KEY", "evil")
    for other in ("ANTHROPIC_AUTH_TOKEN", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(other, "evil")
    for proxy in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    async with FakeModel(answering(key=KEY)) as server, opened(provider, server) as model:
        assert (await ask(model)).text == TEXT
        headers = server.calls[0].headers
    assert "evil" not in repr(headers)
    assert headers["authorization"] == f"Bearer {KEY}"


async def test_the_person_s_organisation_is_told_to_openai_alone() -> None:
    mine = {"OPENAI_ORG_ID": "org-mine", "OPENAI_PROJECT_ID": "proj-mine"}
    async with FakeModel(answering()) as server:
        for provider in PROVIDERS:
            async with opened(provider, server, changed=mine) as model:
                await ask(model)
        seen = ["mine" in repr(call.headers) for call in server.calls]
    assert seen == [False, True, False]


@pytest.mark.parametrize("name", ["anthropic:x", "openai:x"])
async def test_a_missing_key_stops_before_anything_is_spent(name: str) -> None:
    variable = f"{name.split(':')[0].upper()}_API_KEY"
    for empty in ({}, {variable: "  "}):
        with pytest.raises(ProposerStopped, match=f"set {variable}"):
            await open_model(name, empty)
    broken = "\n".join(["sk-planted", "key"])
    with pytest.raises(ProposerStopped, match=variable) as caught:
        check_key(name, {variable: broken})
    assert "sk-planted" not in str(caught.value)


async def test_a_base_url_of_the_environment_is_checked() -> None:
    async with FakeModel() as server:
        wrong = {**environment(server), "ANTHROPIC_BASE_URL": "http://me:pw-1@h"}
        with pytest.raises(ProposerStopped, match="ANTHROPIC_BASE_URL") as caught:
            await open_model(named("anthropic", server), wrong)
        assert "pw-1" not in everything(caught.value)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("anthropic:x", Options(effort="minimal"), "knows no effort 'minimal'"),
        ("anthropic:x", Options(effort="1023"), "from 1024"),
        ("anthropic:x", Options(2000, effort="2000"), "below the output's 2000"),
        ("openai:x", Options(effort="2000"), "knows no effort"),
        ("anthropic:x", Options(0), "at least 1 output token"),
        ("openai:x", Options(15), "at least 16 output tokens"),
        ("openai:x", Options(seconds=float("nan")), "more than nan s"),
    ],
)
def test_options_that_a_provider_does_not_know(name: str, options: Options, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_options(name, options)


def test_options_that_providers_know() -> None:
    for effort in ("", "none", "low", "max"):
        check_options("anthropic:x", Options(effort=effort))
        check_options("openai:x", Options(effort=effort))
    check_options("anthropic:x", Options(8000, effort="4000"))


SITE = Site(parse("openai-compatible:q@http://127.0.0.1:1"), "WORKBENCH_MODEL_KEY", KEY)


@pytest.mark.parametrize(
    ("status", "words", "message", "kind"),
    [
        (400, "", "input length and `max_tokens` exceed context limit: 199 + 10 > 200", "CONTEXT"),
        (400, "exceed_context_size_error", "the request exceeds", "CONTEXT"),
        (500, "", "input is too long for the model's context window", "CONTEXT"),
        (413, "request_too_large", "Request exceeds the maximum size", "CONTEXT"),
        (400, "", "prefill is not supported", "REJECTED"),
        (422, "", "unknown field", "REJECTED"),
        (402, "billing_error", "Your credit balance is too low", "REJECTED"),
        (307, "", "", "REJECTED"),
        (408, "", "", "TIMEOUT"),
        (409, "", "", "SERVER"),
        (503, "", "Loading model", "OVERLOADED"),
        (504, "", "", "TIMEOUT"),
        (200, "invalid_request_error", "no", "REJECTED"),
        (None, "authentication_error", "no", "REJECTED"),
        (None, "bio_policy", "no", "REFUSED"),
        (None, "something_new", "no", "SERVER"),
    ],
)
def test_what_providers_say_is_sorted(
    status: int | None, words: str, message: str, kind: str
) -> None:
    found: CallFailed = failed(SITE, Told(status, words, message), Usage())
    assert found.kind is Kind[kind]


def test_a_provider_that_quotes_a_key_is_not_repeated() -> None:
    masked = f"Incorrect key {KEY[:9]}******{KEY[-4:]} or Bearer {KEY}\x1b[31m " + "x" * 999
    found = failed(SITE, Told(500, "", masked), Usage())
    assert KEY[:9] not in found.message
    assert KEY not in found.message
    assert "\x1b" not in found.message
    assert len(found.message) < 450
    assert KEY not in repr(SITE)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "3", "retry-after-ms": "2500"}, 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "later"}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_seconds(headers) == seconds


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_call_works_again_after_a_fault(provider: str) -> None:
    faults = iter([FaultKind.CUT, FaultKind.GARBAGE, FaultKind.ENDS_EARLY])

    def inject(body: bytes) -> object:
        from workbench.dev import Injection

        kind = next(faults, None)
        return None if kind is None else Injection(kind)

    script = answering(inject=inject, pace=Pace())
    async with FakeModel(script) as server, opened(provider, server) as model:
        for _ in range(3):
            await failure(model)
        assert (await ask(model)).text == TEXT


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_neither_key_nor_prompt_follows_a_redirect(provider: str) -> None:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"{server.url}{request.path}")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", redirect)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    elsewhere = FakeModel()
    elsewhere.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with FakeModel(answering()) as server, opened(provider, elsewhere) as model:
        found = await failure(model)
        assert found.kind is Kind.REJECTED
        assert "redirects" in found.message
        assert server.calls == []
    await runner.cleanup()
