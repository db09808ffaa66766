"""The programme as the engine sees it: every shorthand of the document written out, every number
exact, every condition compiled.

``document.parse_document`` makes it from the validated document; nothing else does.  Instants,
minor units and smallest units as everywhere (``domain.events``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.contributions import ContributionKind
from habitue.domain.programme.discounts import Discount, ShareLadder
from habitue.domain.programme.draw_model import Draw
from habitue.domain.programme.gifts import GiftKind
from habitue.domain.programme.identifying import Method
from habitue.domain.programme.measures import Budget, Limit, Metric
from habitue.domain.programme.moments import Condition, LineFilter
from habitue.domain.programme.partners import Partner
from habitue.domain.programme.plans import Plan
from habitue.domain.programme.referrals import Referral
from habitue.kit.instants import Instant
from habitue.kit.periods import Period, PeriodUnit
from habitue.kit.rounding import RoundingMode

# --- points ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NeverExpires:
    """Points of this kind do not expire."""


@dataclass(frozen=True, slots=True)
class ExpiresAfter:
    """Each lot expires at the start of the local day that lies ``period`` after it was earned,
    moved on to the start of the next calendar period where ``round_up_to`` names one."""

    period: Period
    round_up_to: PeriodUnit | None = None


@dataclass(frozen=True, slots=True)
class ExpiresOnDates:
    """Each lot expires at the start of the next of these days of the year (month, day) that comes
    after the day on which it was earned."""

    days: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ExpiresAt:
    """Everything expires at one instant; lots earned later do not."""

    at: Instant


@dataclass(frozen=True, slots=True)
class ExpiresInactive:
    """All lots lapse at the start of the local day ``period`` after the latest activity."""

    period: Period
    activity: frozenset[str]


Expiry: TypeAlias = NeverExpires | ExpiresAfter | ExpiresOnDates | ExpiresAt | ExpiresInactive


@dataclass(frozen=True, slots=True)
class PendingNone:
    """Points can be spent at once."""


@dataclass(frozen=True, slots=True)
class PendingFor:
    """Points can be spent from the start of the local day ``period`` after they were earned."""

    period: Period


@dataclass(frozen=True, slots=True)
class PendingUntil:
    """Points earned before this instant can be spent from it on; later ones at once."""

    at: Instant


@dataclass(frozen=True, slots=True)
class PendingConfirmation:
    """Points can be spent once the purchase is confirmed."""


Pending: TypeAlias = PendingNone | PendingFor | PendingUntil | PendingConfirmation


@dataclass(frozen=True, slots=True)
class PointsCurrency:
    """A currency of points.

    ``reinstate_days``: what is given back to a lapsed lot lives that many days more (``None``: it
    is forfeited).  ``max_balance``: earning stops there.  ``expiry_by_tier`` overrides the expiry
    of lots earned (or, for inactivity, lapsing) while the member holds the tier.  ``card``: so many
    stamps fill one card.

    A ``voucher`` is a right to one reward: the currency of that name is the programme's own, one
    unit is one voucher, and its lots have the expiry of the reward's vouchers.  So are the
    ``entries`` in a draw, whose lots end with it.
    """

    code: str
    kind: Literal["points", "stamps", "cashback", "voucher", "entries"]
    decimals: int
    rounding: RoundingMode
    pending: Pending
    expiry: Expiry
    expiry_by_tier: Mapping[str, Expiry]
    returns: Literal["re_evaluate", "keep_bonus"]
    negative: Literal["allow_negative", "book_loss", "refuse"]
    reinstate_days: int | None
    max_balance: int | None
    card: int | None = None


# --- spend ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpendSettings:
    """What counts as spend.  ``discounts``: earn on what was ``paid`` or on the amount ``before``
    discounts.  ``order_discounts``: what was taken off the order is ``spread`` over its lines, or
    stays with the ``order`` and lowers only what is earned on the whole of it."""

    tax: bool = True
    tips: bool = False
    delivery: bool = False
    deposits: bool = False
    gift_card_sales: bool = False
    paid_with_points: bool = False
    paid_with_gift_card: bool = True
    discounts: Literal["paid", "before"] = "paid"
    order_discounts: Literal["spread", "order"] = "spread"


# --- rules ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """``units`` smallest units for every ``per`` minor units of spend; 0 gives nothing."""

    currency: str
    units: Fraction
    per: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many smallest units, once per event, or once per piece where the rule says ``each``."""

    currency: str
    units: int


Give: TypeAlias = Rate | Fixed

Trigger: TypeAlias = Literal[
    "purchase",
    "visit",
    "enrolment",
    "birthday",
    "anniversary",
    "return",
    "adjustment",
    "membership",
    "contribution",
    "referred",
    "referral",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.  It either gives (``gives`` not empty) or multiplies (``multiply`` set).

    ``lines`` restricts the lines that count; ``each`` gives per piece of the lines it matches.
    Rules stand in the order of evaluation: higher priority first, then by id.  ``days_before``: a
    rule on a birthday or an anniversary gives so many days ahead of it.  ``stage``: a rule is asked
    after the ones of the stages before, which its condition may ask about.  ``chance``: of the
    events for which everything else holds, it fires for such a share (``domain.chance``).
    """

    rule: str
    on: Trigger
    when: Condition | None
    lines: LineFilter | None
    each: LineFilter | None
    gives: tuple[Give, ...]
    multiply: Fraction | None
    multiplied_currency: str | None
    group: str | None
    priority: int
    stop: bool
    limits: tuple[Limit, ...]
    budgets: tuple[Budget, ...]
    starts_at: Instant | None
    ends_at: Instant | None
    enabled: bool
    days_before: int = 0
    stage: int = 0
    chance: Fraction | None = None


class RuleIndex:
    """The rules by what an event asks of them: its kind, the days before an occasion, and the time.

    Between two instants at which some rule begins or ends the same rules are in force, so what is
    found once is kept.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.by_code: Mapping[str, Rule] = {rule.rule: rule for rule in rules}
        self._asked: dict[tuple[str, int], list[Rule]] = {}
        self._found: dict[tuple[str, int, int], tuple[Rule, ...]] = {}
        for rule in rules:
            self._asked.setdefault((rule.on, rule.days_before), []).append(rule)
        edges = {edge for rule in rules for edge in (rule.starts_at, rule.ends_at)}
        self._edges = sorted(edge for edge in edges if edge is not None)

    def asked(self, kind: str, days_before: int) -> Sequence[Rule]:
        """The rules on events of a kind, in force or not, in the order of evaluation."""
        return self._asked.get((kind, days_before), ())

    def in_force(self, kind: str, days_before: int, at: Instant) -> Sequence[Rule]:
        """Those of them that are in force at an instant."""
        key = (kind, days_before, bisect_right(self._edges, at))
        found = self._found.get(key)
        if found is None:
            found = tuple(
                rule
                for rule in self.asked(kind, days_before)
                if rule.enabled
                and (rule.starts_at is None or rule.starts_at <= at)
                and (rule.ends_at is None or at < rule.ends_at)
            )
            self._found[key] = found
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """A stacking group: ``all`` of its rules count, only the ``first`` by priority, or the one
    that is ``best`` for the member."""

    code: str
    mode: Literal["all", "first", "best"]


# --- rewards --------------------------------------------------------------------------------------

VOUCHER: Final = "voucher:"


@dataclass(frozen=True, slots=True)
class Gift:
    """What a reward gives: a kind, and of that kind what.

    ``value`` is a code or a text of the document (a product, an event, a service), and empty where
    the kind says it all; ``amount`` is minor units, or hundredths of a per cent for a percentage.
    """

    kind: GiftKind
    value: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """So many smallest units of a currency of points."""

    currency: str
    units: int


@dataclass(frozen=True, slots=True)
class Reward:
    """Something that members get for points, or for a voucher of it.

    Any one of the ``prices`` pays for it; without prices only a voucher does.  ``limits`` are caps
    for one member, in times.  ``stock`` is the key of the budget that counts it, where it is not
    endless.
    """

    reward: str
    prices: tuple[Price, ...]
    gift: Gift
    when: Condition | None
    limits: tuple[Limit, ...]
    stock: str | None
    starts_at: Instant | None
    ends_at: Instant | None
    enabled: bool

    @property
    def voucher(self) -> str:
        """The currency of the vouchers for it."""
        return VOUCHER + self.reward


# --- tiers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier.  Thresholds stand in the order of ``Tiers.metrics``; ``None`` in a place means
    that this metric does not lead here.  ``invitation``: nothing leads here but a colleague's
    decision; such a tier stands above all others."""

    code: str
    enter: tuple[int | None, ...]
    keep: tuple[int | None, ...]
    reenter: tuple[int | None, ...]
    multiply: Fraction
    perks: tuple[str, ...] = ()
    invitation: bool = False


@dataclass(frozen=True, slots=True)
class Tiers:
    """One structure of tiers, lowest first; below the first one the member has none.

    ``name`` is what a document of several structures calls it, and empty where it is the only one.
    ``key`` is what a member's standing in it is kept under: the name, and nothing for the main one.
    ``combine``: one metric suffices (``any``), or every one is needed (``all``).
    ``valid``: how long a tier is held once entered: a period from that day, or to the end of the
    calendar or membership year after the present one, or for ever (``None``).
    """

    metrics: tuple[Metric, ...]
    combine: Literal["any", "all"]
    tiers: tuple[Tier, ...]
    valid: Period | Literal["calendar_year", "membership_year"] | None
    grace: Period | None
    downgrade: Literal["soft_landing", "to_deserved"]
    crossing: Literal["old_rate", "split"]
    multiplied_currency: str
    name: str = ""
    key: str = ""
    ranks: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Look up each tier's place once: the engine asks for it at every event."""
        ranks = {tier.code: place for place, tier in enumerate(self.tiers)}
        object.__setattr__(self, "ranks", ranks)

    @property
    def path(self) -> str:
        """Where the document says it."""
        return f"tiers.structures.{self.name}" if self.name else "tiers"

    @property
    def by_tenure(self) -> bool:
        """Whether time alone may lift a member."""
        return any(metric.name == "tenure" for metric in self.metrics)

    @property
    def splits(self) -> bool:
        """Whether a purchase that crosses a threshold is cut there."""
        return self.crossing == "split" and self.metrics[0].name == "spend"


# --- the whole ------------------------------------------------------------------------------------

Joining: TypeAlias = Literal["open", "invitation"]
Multipliers: TypeAlias = Literal["multiply", "best"]


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of one programme, ready to run; ``effective_at`` is when it takes effect.

    ``without_purchase`` says what a return that names no purchase does: match the newest unreturned
    lines of the same product first, and take the rest at the member's average rate or refuse it;
    or one of the latter at once.

    ``segments`` are conditions on the member by name; ``member_attributes`` says of what may be
    noted of a member whether it is a ``text``, a ``number`` or ``yes_no``.  ``chance_secret`` is
    what the seeds of chances are made of, given where the programme is run for real; without it no
    chance falls to anybody.  ``joining``: anybody may join by themselves, or whom the house
    lets in (``invitation``); who has not joined is then given nothing.  ``referral`` says when it
    counts that a member brought a friend; without it nobody can.  ``identify``: what customers are
    recognised by, in the order of asking (``identifying``).  ``partners`` give and take points in
    stores of their own.

    ``tiers`` is the main structure of tiers, ``beside`` are the further ones by name;
    ``structures`` are all of them in the order in which they are asked.  ``multipliers`` says
    whether the factors of tiers that multiply the same points multiply one another, or the best
    one alone counts.
    """

    code: str
    number: int
    currency: str
    zone: str
    languages: tuple[str, ...]
    points: Mapping[str, PointsCurrency]
    spend: SpendSettings
    rules: tuple[Rule, ...]
    groups: Mapping[str, Group]
    tiers: Tiers | None
    without_purchase: Literal["match_or_average", "match_or_refuse", "average", "refuse"]
    claim_days: int | None
    effective_at: Instant = 0
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    segments: Mapping[str, Condition] = field(default_factory=dict)
    member_attributes: Mapping[str, str] = field(default_factory=dict)
    draws: Mapping[str, Draw] = field(default_factory=dict)
    challenges: Mapping[str, Challenge] = field(default_factory=dict)
    chance_secret: bytes = field(default=b"", repr=False)
    discounts: Mapping[str, Discount] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    contributions: Mapping[str, ContributionKind] = field(default_factory=dict)
    referral: Referral | None = None
    joining: Joining = "open"
    identify: tuple[Method, ...] = ()
    partners: Mapping[str, Partner] = field(default_factory=dict)
    beside: tuple[Tiers, ...] = ()
    multipliers: Multipliers = "multiply"
    structures: tuple[Tiers, ...] = field(init=False, repr=False, compare=False)
    index: RuleIndex = field(init=False, repr=False, compare=False)
    stages: int = field(init=False, repr=False)
    has_chances: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the rules and count their stages once: the engine asks for them at every event."""
        main = () if self.tiers is None else (self.tiers,)
        object.__setattr__(self, "structures", (*main, *self.beside))
        object.__setattr__(self, "index", RuleIndex(self.rules))
        stages = 1 + max((rule.stage for rule in self.rules), default=0)
        object.__setattr__(self, "stages", stages)
        chances = any(rule.chance is not None for rule in self.rules)
        object.__setattr__(self, "has_chances", chances)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All that is counted of a member by the day: for tiers, and for ladders of discounts."""
        own = () if self.tiers is None else self.tiers.metrics
        for tiers in self.beside:
            own += tiers.metrics
        if not self.discounts:
            return own
        ladders = [discount.cut for discount in self.discounts.values()]
        return (*own, *(cut.metric for cut in ladders if isinstance(cut, ShareLadder)))

    def structure_of(self, tier: str) -> Tiers | None:
        """The structure to which a tier belongs; ``None`` where there is no such tier."""
        return next((tiers for tiers in self.structures if tier in tiers.ranks), None)
