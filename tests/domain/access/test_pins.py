"""PINs: four to six digits, and none that everybody tries first."""

import pytest

from habitue.domain.access.pins import check_pin
from habitue.domain.errors import Code, Refusal


@pytest.mark.parametrize("pin", ["4711", "0815", "2580", "1235", "1122", "0001", "13579", "121212"])
def test_digits_that_are_not_obvious_are_a_pin(pin: str) -> None:
    check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        *(
            "",
            "1",
            "471",
            "4711471",
            "4 711",
            "47a1",
            "-471",
            "4711\n",
            " 4711",
            "٤٧١١",
            "４７１１",
        ),
        *("0000", "1111", "999999", "1234", "0123", "456789", "4321", "3210", "987654"),
    ],
)
def test_what_is_no_pin_or_an_obvious_one_is_refused(pin: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_pin(pin)
    assert (caught.value.code, caught.value.path) == (Code.WEAK_PIN, "pin")
    # A PIN stands in no message and no log.
    assert caught.value.parameters == {}


def test_a_sequence_does_not_go_round() -> None:
    """7890 and 8901 are no sequences of digits that follow one another."""
    check_pin("7890")
    check_pin("8901")
