"""What went wrong with a call, told alike for every provider, and without the key."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping

import msgspec

from workbench.propose.llm.call import CallFailed, Kind, Usage
from workbench.propose.llm.name import ModelName

Headers = Mapping[str, str]

LONGEST = 300
"""Characters of a provider's own message that are passed on."""

_CONTEXT = re.compile(
    r"context[ _-]?(length|window|size|limit)|maximum context|prompt is too long"
    r"|input is too long|too many (input )?tokens|exceeds? the (model'?s )?(maximum )?context",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"insufficient_quota|billing|credit balance|current quota", re.IGNORECASE)
_KEYS = re.compile(r"(?i)\b(?:sk|key|bearer)[-_ ][\w*.\-]{6,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Told(msgspec.Struct, frozen=True):
    """What a provider said about a failure, as far as it said anything."""

    status: int | None = None
    """Of HTTP; None or 200 for a failure within an answer that had begun."""
    kind: str = ""
    """Its own word for the type and the code of the failure."""
    message: str = ""
    request: str = ""
    headers: Headers = {}


class Site(msgspec.Struct, frozen=True):
    """Whom calls go to, for messages a person can act on."""

    name: ModelName
    variable: str
    """Environment variable of the key."""
    secret: str
    """The key itself; it is only ever removed from texts."""
    keyed: bool = True
    """Whether the person gave a key."""

    def __repr__(self) -> str:
        return f"Site({self.name})"  # the default would show the key

    def clean(self, text: str) -> str:
        """Return a provider's text on one line, shortened, without keys."""
        bare = text.replace(self.secret, "…") if self.secret else text
        return _CONTROL.sub(" ", _KEYS.sub("…", bare))[:LONGEST].strip()


def failed(site: Site, told: Told, usage: Usage) -> CallFailed:
    """Return the failure for what a provider told."""
    kind = _kind(told)
    return CallFailed(
        kind,
        _message(site, told, kind),
        retry_seconds=retry_seconds(told.headers),
        usage=usage,
        request=told.request,
    )


def retry_seconds(headers: Headers) -> float | None:
    """How long a provider asks to wait: ``retry-after-ms``, or ``retry-after`` in either form."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        text = headers.get(name, "")
        try:
            seconds = float(text) * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    if date is None:
        return None
    return max(0.0, email.utils.mktime_tz(date) - time.time())


def _kind(told: Told) -> Kind:
    """Sort a failure. The provider's words come first: an answer that began has status 200."""
    words, status = f"{told.kind} {told.message}", told.status
    if status in (400, 413, 422, 500, 200, None) and _CONTEXT.search(words):
        return Kind.CONTEXT  # some local servers answer 500 to a prompt that is too long
    if _CREDIT.search(words) and status not in (500, 503, 529):
        return Kind.REJECTED
    if status is None or status == 200:
        return _kind_of_event(told.kind)
    match status:
        case 413:
            return Kind.CONTEXT
        case 429:
            return Kind.RATE_LIMIT
        case 503 | 529:
            return Kind.OVERLOADED
        case 408 | 504:
            return Kind.TIMEOUT
        case 409:
            return Kind.SERVER
    return Kind.SERVER if status >= 500 else Kind.REJECTED


_EVENTS = (
    ("overloaded", Kind.OVERLOADED),
    ("unavailable", Kind.OVERLOADED),
    ("rate_limit", Kind.RATE_LIMIT),
    ("timeout", Kind.TIMEOUT),
    ("policy", Kind.REFUSED),
    ("content_filter", Kind.REFUSED),
    ("invalid_", Kind.REJECTED),
    ("authentication", Kind.REJECTED),
    ("permission", Kind.REJECTED),
    ("not_found", Kind.REJECTED),
)


def _kind_of_event(word: str) -> Kind:
    """Sort a failure that came as an event: only its word tells."""
    return next((kind for part, kind in _EVENTS if part in word), Kind.SERVER)


def _message(site: Site, told: Told, kind: Kind) -> str:
    """Say what happened and what to do. A provider's words about keys are left out: it quotes."""
    name, whose = site.name, site.name.account
    words = site.clean(told.message)
    if _CREDIT.search(f"{told.kind} {told.message}") and kind is Kind.REJECTED:
        return f"the account of {site.variable} at {whose} has no credit left: top it up"
    if told.status == 401 or (kind is Kind.REJECTED and "authentication" in told.kind):
        if not site.keyed:
            return f"{whose} wants a key: set {site.variable} in the environment, and start again"
        return f"{whose} does not accept the key: mend {site.variable} in the environment"
    if told.status == 403:
        return f"{whose} does not let the key of {site.variable} use {name.model}"
    if told.status == 404:
        hint = " and its URL" if name.url else ""
        return f"{whose} has no model {name.model!r}: mend the model's name{hint}"
    if told.status is not None and 300 <= told.status < 400:
        return f"{whose} redirects to another address: name the server by that address"
    code = f" (status {told.status})" if told.status not in (None, 200) else ""
    return f"{whose}: {kind.value}{code}" + (f": {words}" if words else "")
