"""From a request to its reply, or to what it gets instead."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import msgspec
from aiohttp import web

from workbench.dev import sending
from workbench.dev.answer import Answer, Asked, Reply, Stop, fit, tokens
from workbench.dev.cache import PrefixCache
from workbench.dev.dialect import Dialect, Wrong, encode
from workbench.dev.injection import INSTEAD, FaultKind, Injection
from workbench.dev.limits import Limits
from workbench.dev.pace import Pacer
from workbench.dev.record import Call, Record
from workbench.dev.script import Script

_STOPS: dict[FaultKind, Stop] = {
    FaultKind.LENGTH: "length",
    FaultKind.REFUSAL: "refusal",
    FaultKind.FILTERED: "filtered",
}
_REFUSAL = "I cannot help with that. (A simulated refusal.)"
_ASKED_TO_WAIT = frozenset([FaultKind.RATE_LIMIT, FaultKind.SERVER_ERROR, FaultKind.OVERLOADED])


class Answering:
    """Answers as a script says, and notes what became of each call."""

    def __init__(self, script: Script, record: Record) -> None:
        self._script = script
        self._record = record
        self._cache = PrefixCache(script.cache_from)
        self._limits = Limits(script.requests_per_minute, script.tokens_per_minute)

    async def answer(
        self, dialect: Dialect, request: web.Request, call: Call
    ) -> web.StreamResponse:
        """Answer one request and end its call."""
        try:
            asked = self._admit(dialect, call)
        except Wrong as wrong:
            self._record.end(call, "refused", wrong.message)
            return self._failure(dialect, wrong, call)
        injection = self._script.inject(call.body)
        if injection is not None:
            self._record.inject(call, injection.kind.value)
            if injection.kind is FaultKind.HANG_BEFORE:
                await sending.hang()
            if injection.kind in INSTEAD:
                return await self._instead(dialect, asked, injection, call)
        reply = self._reply(asked, injection, call)
        return await self._send(dialect, request, asked, reply, injection, call)

    def _admit(self, dialect: Dialect, call: Call) -> Asked:
        """Read a request and let it in, or raise `Wrong`."""
        script = self._script
        sent = keys(call.headers)
        if script.key is not None and script.key not in sent:
            raise dialect.wrong_key(sent[0] if sent else "")
        try:
            body = msgspec.json.decode(call.body, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise Wrong("invalid", f"The body is not the JSON of a request: {error}") from None
        asked = dialect.read(call.headers, body)
        call.model = asked.model
        if script.models and asked.model not in script.models:
            raise dialect.no_model(asked.model)
        if tokens(asked.text) >= script.context_tokens:
            raise dialect.fault_message(FaultKind.CONTEXT, asked, script.context_tokens)
        crowded = script.concurrent is not None and self._record.open > script.concurrent
        if crowded or not self._limits.admit():
            wrong = dialect.fault_message(FaultKind.RATE_LIMIT, asked, script.context_tokens)
            wrong.retry_after = None if crowded else self._limits.left().reset_seconds
            raise wrong
        return asked

    async def _instead(
        self, dialect: Dialect, asked: Asked, injection: Injection, call: Call
    ) -> web.StreamResponse:
        """Answer with a status and a reason."""
        sent = keys(call.headers)
        if injection.kind is FaultKind.WRONG_KEY:
            wrong = dialect.wrong_key(sent[0] if sent else "")
        else:
            wrong = dialect.fault_message(injection.kind, asked, self._script.context_tokens)
        if injection.kind in _ASKED_TO_WAIT:
            wrong.retry_after = injection.retry_after
        await Pacer().wait(self._script.pace.first)
        self._record.end(call, "faulty", wrong.message)
        return self._failure(dialect, wrong, call)

    def _reply(self, asked: Asked, injection: Injection | None, call: Call) -> Reply:
        """Ask the script, cut its answer to what was allowed, and count."""
        given = self._script.reply(asked)
        answer = given if isinstance(given, Answer) else Answer(given)
        stop = None if injection is None else _STOPS.get(injection.kind)
        if stop == "refusal":
            answer = Answer(_REFUSAL, answer.reasoning, stop)
        elif stop is not None:
            answer = Answer(answer.text[: len(answer.text) // 2], answer.reasoning, stop)
        fitted = fit(asked, answer, self._script.context_tokens)
        thought = tokens(fitted.reasoning)
        call.usage = self._cache.read(asked)
        return Reply(
            id=f"{call.number:024x}",
            created=int(time.time()),
            model=asked.model,
            text=fitted.text,
            reasoning=fitted.reasoning,
            shown=fitted.reasoning if asked.show_reasoning else "",
            stop=fitted.stop,
            usage=msgspec.structs.replace(
                call.usage, output=thought + tokens(fitted.text), reasoning=thought
            ),
        )

    async def _send(
        self,
        dialect: Dialect,
        request: web.Request,
        asked: Asked,
        reply: Reply,
        injection: Injection | None,
        call: Call,
    ) -> web.StreamResponse:
        headers = dialect.headers(self._limits.left(), _identifier(call))
        pace = self._script.pace
        if asked.stream:
            response, whole = await sending.stream(
                request, headers, dialect, asked, reply, pace, injection
            )
        else:
            response, whole = await sending.at_once(
                request, headers, dialect, asked, reply, pace, injection
            )
        if whole:
            call.usage = reply.usage
            self._limits.use(reply.usage.total)
        self._record.end(call, "completed" if whole else "faulty")
        return response

    def _failure(self, dialect: Dialect, wrong: Wrong, call: Call) -> web.Response:
        status, body = dialect.failure(wrong, _identifier(call))
        headers = dialect.headers(self._limits.left(), _identifier(call))
        if wrong.retry_after is not None:
            # Both SDKs read fractions; providers themselves send whole seconds.
            headers["retry-after"] = f"{wrong.retry_after:g}"
            headers["retry-after-ms"] = str(math.ceil(wrong.retry_after * 1000))
        return web.Response(
            status=status, body=encode(body), headers=headers, content_type="application/json"
        )


def keys(headers: Mapping[str, str]) -> list[str]:
    """Return the keys that a request carries, wherever it may carry one."""
    found = [headers.get("authorization", "").removeprefix("Bearer "), headers.get("x-api-key", "")]
    return [key for key in found if key]


def _identifier(call: Call) -> str:
    return f"req_{call.number:024x}"
