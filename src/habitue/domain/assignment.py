"""Which arm of an experiment a member is in: a hash, so that anyone can compute it again.

The rule, in full, for whoever wants to check it without this program:

1. Take the experiment's name, a line feed (``\\n``), and the member's id in its usual form
   (36 characters, lower case, with hyphens), all in UTF-8.
2. Take the SHA-256 of these bytes, and read its first 8 bytes as a whole number H, most
   significant byte first (0 <= H < 2**64).
3. With W the sum of all weights, the place is ``H * W // 2**64`` (0 <= place < W).
4. Walk through the arms in the order in which they are declared, adding up their weights; the
   member is in the first arm whose running sum exceeds the place.

In a shell: ``printf 'NAME\\nMEMBER' | sha256sum | cut -c1-16`` gives H in hexadecimal.

The answer depends on nothing but the name, the member and the weights: not on who else is a
member, on the order of arrival, or on the machine.  Where the sum of the weights stays the same, an
arm that is declared first can grow at the cost of the next without losing a member; any other
change of weights moves members, and is a new experiment with a new name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

_SPAN_BITS = 64


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of an experiment; the weights of all arms are its shares, in any whole unit."""

    name: str
    weight: int


def assignment_hash(experiment: str, *, member_id: UUID) -> int:
    """The number H of the rule: 64 bits, evenly spread over members and independent between
    experiments of different names."""
    digest = sha256(f"{experiment}\n{member_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def assign_arm(experiment: str, *, member_id: UUID, arms: Sequence[Arm]) -> str:
    """The name of the member's arm.

    Raises ``ValueError`` where the experiment has no name or a line feed in it, where a weight is
    negative or all are zero, or where two arms share a name.  An arm of weight zero gets nobody.
    """
    if not experiment or "\n" in experiment:
        raise ValueError("an experiment needs a name of one line")
    if len({arm.name for arm in arms}) != len(arms):
        raise ValueError("two arms of one experiment share a name")
    if any(arm.weight < 0 for arm in arms):
        raise ValueError("the weight of an arm is negative")
    total = sum(arm.weight for arm in arms)
    if total == 0:
        raise ValueError("no arm has a weight")
    place = assignment_hash(experiment, member_id=member_id) * total >> _SPAN_BITS
    for arm in arms:
        if place < arm.weight:
            return arm.name
        place -= arm.weight
    raise AssertionError("the place lies below the sum of the weights")
