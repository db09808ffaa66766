"""What happened in the example of a finding, in plain words."""

from collections.abc import Iterator, Mapping
from typing import Any

_NUMBERS = {2: "twice", 3: "three times"}


def example_lines(example: Mapping[str, Any]) -> Iterator[str]:
    """The example of a finding, a sentence for each event."""
    if "metric" in example:
        holds = example["tier"] or "no tier"
        yield (
            f"The best possible member has {example['reached']} of {example['needed']} "
            f"({example['metric']}), and holds {holds}."
        )
        return
    if "member" in example:
        yield f"A member with {', '.join(_past(example['member']))}."
    for event in example.get("events", ()):
        yield _event(event)
    if "times" in example:
        often = _NUMBERS.get(example["times"], f"{example['times']} times")
        yield f"Done {often}, this gives {_points(example['gained'])}."


def _past(member: Mapping[str, Any]) -> Iterator[str]:
    for name, value in member.items():
        yield f"{name.replace('_', ' ')} {_points(value) if name == 'balance' else value}"


def _event(event: Mapping[str, Any]) -> str:
    what = f"{event['weekday'].capitalize()} {event['at'].replace('T', ' ')}: {event['kind']}"
    if "lines" in event:
        what += f" of {', '.join(_line(line) for line in event['lines'])}"
    if "paid_with" in event:
        what += f", paid with a {event['paid_with']}"
    if "refunded" in event:
        what += f" of {event['refunded']}"
    more = {name: event[name] for name in ("store", "channel", "staff") if name in event}
    more |= event.get("attributes", {})
    if more:
        what += f" ({', '.join(f'{name} {_value(value)}' for name, value in more.items())})"
    results = [f"{rule}: {result}" for rule, result in event["rules"].items()]
    if event["kind"] == "return" and event["change"]:
        results.append(f"change: {_points(event['change'])}")
    results.append(f"balance: {_points(event['balance'])}")
    return f"{what}. {'; '.join(results)}."


def _line(line: Mapping[str, str]) -> str:
    named = [f"{name} {line[name]}" for name in ("category", "brand", "role") if name in line]
    kind = f" ({', '.join(named)})" if named else ""
    return f"{line['quantity']} {line['product']}{kind} for {line['amount']}"


def _points(amounts: Mapping[str, str]) -> str:
    return ", ".join(f"{units} {code}" for code, units in amounts.items()) or "nothing"


def _value(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
