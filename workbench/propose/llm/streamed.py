"""What the providers have in common: one attempt, streamed, within its time, counted."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from workbench.propose.llm.account import Account
from workbench.propose.llm.call import CallFailed, Completion, Kind, Options, Part, Usage
from workbench.propose.llm.failure import Site, Told, failed
from workbench.propose.llm.limiter import Limiter

BYTES_A_TOKEN = 3.5
"""About what a token of program text holds; for the tokens of calls that nobody counted."""

MALFORMED = (ValueError, TypeError, AttributeError, KeyError, IndexError)
"""What the SDKs raise over a stream that is no stream of theirs: they check few shapes."""


class Heard(msgspec.Struct):
    """What is known of a call so far."""

    sent: int
    """Bytes of the prompt."""
    began: bool = False
    """Whether the provider had accepted the request, and hence charges for it."""
    said: int = 0
    """Bytes of the answer, its visible reasoning included."""
    stop: str | None = None
    usage: Usage | None = None
    """The provider's own final count."""
    partial: Usage | None = None
    """Its count at the beginning of the answer."""
    model: str = ""
    request: str = ""
    text: list[str] = []

    def estimate(self) -> Usage:
        """Return the usage, guessed where the provider has not counted."""
        if self.usage is not None:
            return self.usage
        said = round(self.said / BYTES_A_TOKEN)
        if self.partial is not None:
            output = max(said, self.partial.output)
            return msgspec.structs.replace(self.partial, output=output, known=False)
        return Usage(input=round(self.sent / BYTES_A_TOKEN), output=said, known=False)


class StreamedModel(ABC):
    """A `Model` over one of the official SDKs; what is particular to a protocol is below it."""

    def __init__(self, site: Site, account: Account) -> None:
        self.name = str(site.name)
        self.provider = site.name.account
        self._site = site
        self._account = account
        self._closed = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"

    @property
    def limiter(self) -> Limiter:
        """Whom to ask for a turn before each call."""
        return self._account.limiter

    async def complete(
        self, prompt: Sequence[Part], options: Options, say: Callable[[str], None]
    ) -> Completion:
        """Ask once; see `Model.complete`."""
        heard = Heard(sum(len(part.text.encode()) for part in prompt))
        failure: CallFailed | None = None
        caught: tuple[type[Exception], ...] = (CallFailed, *self._errors, *MALFORMED)
        try:
            async with (
                asyncio.timeout(options.seconds) as deadline,
                aclosing(self._stream(prompt, options, heard)) as pieces,
            ):
                while failure is None:
                    try:
                        piece = await anext(pieces)
                    except StopAsyncIteration:
                        break
                    except caught as error:
                        failure = self._failure(error, heard)
                    else:
                        heard.text.append(piece)
                        say(piece)
        except TimeoutError:
            if not deadline.expired():
                raise  # of `say`
            failure = self._late(options, heard)
        # Raised here, so that no SDK exception, which holds the request, hangs on ours.
        try:
            if failure is not None:
                raise failure
            return self._completion(heard)
        except CallFailed as failed_call:
            failed_call.heard = "".join(heard.text)
            raise

    async def aclose(self) -> None:
        """Close the connections, if no other model uses them."""
        if not self._closed:
            self._closed = True
            await self._account.release()

    @property
    @abstractmethod
    def _errors(self) -> tuple[type[Exception], ...]:
        """What the SDK and its HTTP client raise when a call fails."""

    @abstractmethod
    def _stream(
        self, prompt: Sequence[Part], options: Options, heard: Heard
    ) -> AsyncGenerator[str, None]:
        """Send the request, yield the answer's text, and note the rest in `heard`."""

    @abstractmethod
    def _told(self, error: Any) -> Told | None:
        """Read what the provider said from the SDK's exception; None if it said nothing."""

    def _open(self, response: Any, heard: Heard) -> None:
        """Note that an answer has begun."""
        heard.began = True
        heard.request = self._request_id(response.headers)
        self._account.limiter.hear(response.headers)

    @staticmethod
    def _request_id(headers: Mapping[str, str]) -> str:
        return headers.get("request-id") or headers.get("x-request-id") or ""

    def _failure(self, error: Exception, heard: Heard) -> CallFailed:
        """Translate what was raised during a call."""
        import httpx2  # as late as the SDKs, which bring it

        if isinstance(error, CallFailed):
            return error
        whose = self.provider
        told = self._told(error)
        if told is not None:
            if told.headers:
                self._account.limiter.hear(told.headers)
            return failed(self._site, told, heard.estimate() if heard.began else Usage())
        cause = error.__cause__ if isinstance(error.__cause__, httpx2.HTTPError) else error
        unsent = isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout))
        usage = Usage() if unsent else heard.estimate()
        request = heard.request
        if isinstance(error, MALFORMED):
            what = f"{whose} sent something that is no answer ({type(error).__name__})"
            return CallFailed(Kind.MALFORMED, what, usage=usage, request=request)
        if not unsent:
            what = f"{whose} broke the connection off"
            return CallFailed(Kind.NETWORK, what, usage=usage, request=request)
        why = self._site.clean(str(cause)) or type(cause).__name__
        hint = "; is the server running?" if self._site.name.local else ""
        return CallFailed(Kind.NETWORK, f"{whose} cannot be reached ({why}){hint}", usage=usage)

    def _late(self, options: Options, heard: Heard) -> CallFailed:
        """Return the failure of a call that took all of its time."""
        what = f"{self.provider} did not finish within {options.seconds:g} s"
        return CallFailed(Kind.TIMEOUT, what, usage=heard.estimate(), request=heard.request)

    def _completion(self, heard: Heard) -> Completion:
        """Return the whole answer, or raise why it is none."""
        usage, request = heard.estimate(), heard.request

        def failure(kind: Kind, what: str) -> CallFailed:
            return CallFailed(kind, f"{self.provider}: {what}", usage=usage, request=request)

        stop = self._stops.get(heard.stop or "")
        match stop:
            case "end" | "length":
                text = "".join(heard.text)
                model = heard.model or self._site.name.model
                return Completion(text, usage, "end" if stop == "end" else "length", model, request)
            case "refused":
                raise failure(Kind.REFUSED, f"the model would not answer ({heard.stop})")
            case "context":
                raise failure(Kind.CONTEXT, "the answer filled the model's context window")
        if heard.stop is None:
            raise failure(Kind.TRUNCATED, "the answer ends before its end")
        raise failure(
            Kind.MALFORMED, f"the answer stopped for a reason unknown here ({heard.stop[:60]!r})"
        )

    _stops: Mapping[str, str] = {}
    """The provider's reasons to stop -> ``end``, ``length``, ``refused`` or ``context``."""


def count(value: object) -> int:
    """Return a number of tokens as a server told it; some tell null."""
    return value if isinstance(value, int) and value > 0 else 0
