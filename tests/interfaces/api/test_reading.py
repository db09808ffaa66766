"""Bytes to plain data: every number exact, every oddity refused."""

from decimal import Decimal

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.reading import DEEPEST, read_json, read_object


def test_numbers_are_exact() -> None:
    value = read_json(b'{"a": 19.99, "b": 7, "c": 1e2, "d": -0.10}')
    assert value == {"a": Decimal("19.99"), "b": 7, "c": Decimal("1E+2"), "d": Decimal("-0.10")}
    assert not any(isinstance(one, float) for one in value.values())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Code.MALFORMED),
        (b"{", Code.MALFORMED),
        (b"{} x", Code.MALFORMED),
        (b"{'a': 1}", Code.MALFORMED),
        (b'{"a": NaN}', Code.MALFORMED),
        (b'{"a": Infinity}', Code.MALFORMED),
        (b'{"a": -Infinity}', Code.MALFORMED),
        (b'{"a": 1, "a": 2}', Code.MALFORMED),
        (b'{"a": {"b": 1, "b": 1}}', Code.MALFORMED),
        (b'\xef\xbb\xbf{"a": 1}', Code.MALFORMED),
        (b'{"a": "\xe9"}', Code.MALFORMED),
        ('{"a": "é"}'.encode("utf-16"), Code.MALFORMED),
        (b"[" * 100_000, Code.MALFORMED),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), Code.MALFORMED),
        (b'{"a":' * 50 + b"1" + b"}" * 50, Code.MALFORMED),
        (b'{"a": ' + b"9" * 50_000 + b"}", Code.MALFORMED),
        (b'{"a": 1e99999999999999999999}', Code.MALFORMED),
        (rb'{"a": "\ud800"}', Code.INVALID_TEXT),
        (rb'{"a": ["x\u0000y"]}', Code.INVALID_TEXT),
        (rb'{"\udfff": 1}', Code.INVALID_TEXT),
    ],
)
def test_what_is_no_json_of_ours_is_refused(body: bytes, code: Code) -> None:
    with pytest.raises(Refusal) as caught:
        read_json(body)
    assert caught.value.code is code


def test_the_place_of_a_bad_text_is_named() -> None:
    with pytest.raises(Refusal) as caught:
        read_json(rb'{"lines": [{"product": "ok"}, {"product": "\ud800"}]}')
    assert caught.value.path == "lines[1].product"


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"1.5", b"null", b"true"])
def test_an_object_is_expected(body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        read_object(body)
    assert caught.value.code is Code.WRONG_TYPE


def test_escapes_that_spell_ordinary_text_are_read() -> None:
    assert read_json(rb'{"a": "caf\u00e9 \ud83c\udf70 \n"}') == {"a": "café 🍰 \n"}


def test_as_deep_as_allowed_is_read() -> None:
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST) is not None
