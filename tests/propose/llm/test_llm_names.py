"""How models are named."""

from __future__ import annotations

import pytest

from workbench.propose.llm.name import ModelName, ModelNameError, is_loopback, parse


@pytest.mark.parametrize(
    ("text", "model", "url"),
    [
        ("anthropic:claude-x", "claude-x", ""),
        ("openai:ft:gpt-x:org", "ft:gpt-x:org", ""),
        ("openai-compatible:q@http://127.0.0.1:11434", "q", "http://127.0.0.1:11434/v1"),
        ("openai-compatible:a/b:7b@HTTP://LocalHost:1/", "a/b:7b", "http://localhost:1/v1"),
        ("openai-compatible:a@b@https://h.example/api/v1/", "a@b", "https://h.example/api/v1"),
        ("openai-compatible:q@http://[::1]:8/v1/chat/completions", "q", "http://[::1]:8/v1"),
    ],
)
def test_a_name_is_read_and_written_back(text: str, model: str, url: str) -> None:
    name = parse(f" {text} ")
    assert (name.model, name.url) == (model, url)
    assert parse(str(name)) == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("claude-x", "names no model"),
        ("anthropic:", "names no model"),
        ("gemini:x", "nobody here is called 'gemini'"),
        ("fake:x", "nobody here"),
        ("openai:x@http://127.0.0.1:1", "openai-compatible:NAME@URL"),
        ("openai-compatible:x", "lacks the server's URL"),
        ("openai-compatible:x@ftp://h", "no http or https URL"),
        ("openai-compatible:x@http://h:port", "cannot be read"),
        ("openai-compatible:x@http://", "no URL of a server"),
        ("openai-compatible:x@http://h/?api_key=secret-1", "WORKBENCH_MODEL_KEY"),
        ("openai-compatible:x@http://me:secret-1@h", "WORKBENCH_MODEL_KEY"),
        ("anthropic:a b", "blanks"),
        ("gemini:x@http://me:secret-1@h", "nobody here"),
        ("secret@http://me:secret-1@h", "names no model|nobody here"),
    ],
)
def test_a_wrong_name_says_how_to_write_it_and_repeats_no_password(text: str, told: str) -> None:
    with pytest.raises(ModelNameError, match=told) as caught:
        parse(text)
    assert "secret-1" not in str(caught.value)


def test_models_of_one_server_share_an_account() -> None:
    one, other = (parse(f"openai-compatible:{x}@http://h:1") for x in "ab")
    assert one.account == other.account != parse("openai:a").account


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.2:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]/v1", True),
        ("http://127.0.0.1.example/v1", False),
        ("http://localhost.example/v1", False),
        ("http://0.0.0.0/v1", False),
        ("https://h.example/v1", False),
    ],
)
def test_only_loopback_is_local(url: str, local: bool) -> None:
    assert is_loopback(url) is local
    assert ModelName("openai-compatible", "x", url).local is local


def test_a_person_is_warned_where_others_can_listen() -> None:
    assert "unencrypted" in parse("openai-compatible:x@http://gpu.example:8000").caution
    assert parse("openai-compatible:x@https://gpu.example").caution == ""
    assert parse("openai-compatible:x@http://127.0.0.1:8000").caution == ""
    assert parse("openai:x").caution == ""
