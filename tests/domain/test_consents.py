"""What members can be asked to agree to."""

from habitue.domain.consents import OFFERED, Channel, Purpose


def test_every_purpose_is_asked_for_and_nothing_twice() -> None:
    assert {purpose for purpose, _ in OFFERED} == set(Purpose)
    assert len(set(OFFERED)) == len(OFFERED)


def test_remembering_happens_in_the_house_and_messages_do_not() -> None:
    for purpose, channel in OFFERED:
        assert (purpose is Purpose.REMEMBERING) == (channel is Channel.ON_SITE)
