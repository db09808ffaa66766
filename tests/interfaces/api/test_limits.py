"""The bucket of tokens: a minute's worth, filled evenly."""

from habitue.interfaces.api.limits import Limiter


class _Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills() -> None:
    time = _Time()
    limiter = Limiter(time)
    allowances = [limiter.take("a", limit=3) for _ in range(4)]
    assert [one.allowed for one in allowances if one] == [True, True, True, False]
    assert [one.remaining for one in allowances if one] == [2, 1, 0, 0]
    last = allowances[-1]
    assert last is not None
    assert (last.retry_after, last.reset, last.limit) == (20, 60, 3)
    time.now += 20
    again = limiter.take("a", limit=3)
    assert again is not None
    assert again.allowed


def test_keys_do_not_share_and_no_limit_is_no_limit() -> None:
    limiter = Limiter(_Time())
    assert limiter.take("a", limit=0) is None
    first, other = limiter.take("b", limit=1), limiter.take("c", limit=1)
    assert first is not None
    assert other is not None
    assert first.allowed
    assert other.allowed


def test_a_bucket_never_holds_more_than_a_minute() -> None:
    time = _Time()
    limiter = Limiter(time)
    limiter.take("a", limit=2)
    time.now += 1_000_000
    allowed = [limiter.take("a", limit=2) for _ in range(3)]
    assert [one.allowed for one in allowed if one] == [True, True, False]


def test_the_headers_tell_where_a_client_stands() -> None:
    limiter = Limiter(_Time())
    limiter.take("a", limit=1)
    refused = limiter.take("a", limit=1)
    assert refused is not None
    assert dict(refused.headers()) == {
        b"ratelimit-limit": b"1",
        b"ratelimit-remaining": b"0",
        b"ratelimit-reset": b"60",
        b"retry-after": b"60",
    }
