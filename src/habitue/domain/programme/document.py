"""The whole document: from what YAML or JSON says to the programme that the engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.challenges import ChallengePart, ChallengeReader
from habitue.domain.programme.contributions import ContributionPart, build_contributions
from habitue.domain.programme.discount_parts import DiscountPart, DiscountReader
from habitue.domain.programme.discounts import Discount
from habitue.domain.programme.draw_model import Draw
from habitue.domain.programme.draws import DrawPart, DrawReader, entry_currencies
from habitue.domain.programme.earn import RulePart, RuleReader, read_rule_id
from habitue.domain.programme.faults import Faults, InvalidDocument
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.identifying import build_methods
from habitue.domain.programme.limits import CampaignPart
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import Group, Joining, PointsCurrency, Programme, Reward
from habitue.domain.programme.partners import Partner, PartnerPart, build_partners
from habitue.domain.programme.parts import Label, Money, Part, Slug, Zone, read_leniently
from habitue.domain.programme.plans import PlanPart, build_plans
from habitue.domain.programme.points import (
    PointsPart,
    build_points,
    decimals_of,
    read_list,
)
from habitue.domain.programme.reading import LANGUAGES, choice, read_text
from habitue.domain.programme.referrals import ReferralPart, build_referral
from habitue.domain.programme.rewards import RewardPart, RewardReader
from habitue.domain.programme.segments import SegmentPart, build_segments
from habitue.domain.programme.shape import check_shape
from habitue.domain.programme.spend import ClaimsPart, ReturnsPart, SpendPart, build_spend
from habitue.domain.programme.staging import staged
from habitue.domain.programme.structures import (
    StructuresPart,
    build_structures,
    main_structure,
    read_structures,
    written_tiers,
)
from habitue.domain.programme.tiers import TiersPart
from habitue.kit.money import currency_exponent

DEFAULT_POINTS = "points"

AttributeType = Literal["text", "number", "yes_no"]
RuleId = Annotated[str, BeforeValidator(read_rule_id)]


class MoneyPart(Part):
    """The programme's money."""

    currency: Money


class DocumentPart(Part):
    """All of the document.

    The fields that every document needs may be absent here, so that one that is missing or wrong
    does not hide the faults of the others; ``read_document`` asks for them.
    """

    programme: Slug | None = None
    name: Label | None = None
    words: dict[Annotated[str, BeforeValidator(read_text)], Label] = Field(default_factory=dict)
    money: MoneyPart | None = None
    zone: Zone | None = None
    languages: Annotated[
        list[str], PlainValidator(lambda raw: read_list(raw, choice(*LANGUAGES)))
    ] = Field(default_factory=lambda: ["en"])
    points: dict[Slug, PointsPart] = Field(default_factory=dict)
    spend: SpendPart = SpendPart()
    stacking: dict[
        Slug,
        Annotated[Literal["all", "first", "best"], PlainValidator(choice("all", "first", "best"))],
    ] = Field(default_factory=dict)
    campaigns: dict[Slug, CampaignPart] = Field(default_factory=dict)
    attributes: dict[
        Slug,
        Annotated[AttributeType, PlainValidator(choice("text", "number", "yes_no"))],
    ] = Field(default_factory=dict)
    member_attributes: dict[
        Slug,
        Annotated[AttributeType, PlainValidator(choice("text", "number", "yes_no"))],
    ] = Field(default_factory=dict)
    segments: dict[Slug, SegmentPart] = Field(default_factory=dict)
    earn: dict[RuleId, RulePart] = Field(default_factory=dict)
    tiers: Annotated[TiersPart | StructuresPart | None, PlainValidator(read_structures)] = None
    rewards: dict[Slug, RewardPart] = Field(default_factory=dict)
    challenges: dict[Slug, ChallengePart] = Field(default_factory=dict)
    draws: dict[Slug, DrawPart] = Field(default_factory=dict)
    discounts: dict[Slug, DiscountPart] = Field(default_factory=dict)
    plans: dict[Slug, PlanPart] = Field(default_factory=dict)
    contributions: dict[Slug, ContributionPart] = Field(default_factory=dict)
    referral: ReferralPart | None = None
    returns: ReturnsPart = ReturnsPart()
    claims: ClaimsPart | None = None
    joining: Annotated[Joining, PlainValidator(choice("open", "invitation"))] = "open"
    identify: Any = None
    partners: dict[Slug, PartnerPart] = Field(default_factory=dict)


# Stand-ins where the real value has a fault, chosen so that they cause no further ones.
_ANY_EXPONENT = 4
_ANY_DECIMALS = 6
_ANY_ZONE = "UTC"

_NEEDED = {
    "programme": "Add the code of the programme, such as programme: corner-cafe.",
    "money": "Add the currency of the programme, such as money: {currency: EUR}.",
    "zone": "Add the time zone of the programme, such as zone: Europe/Paris.",
}


def parse_document(raw: Mapping[str, Any], *, number: int = 1) -> Programme:
    """The programme of a document, as its version ``number``.

    Raises ``InvalidDocument`` with all the faults that were found, where one of them is an error.
    """
    faults = Faults()
    programme = read_document(raw, number=number, faults=faults)
    if programme is None:
        raise InvalidDocument(list(faults))
    return programme


def read_document(raw: object, *, number: int, faults: Faults) -> Programme | None:
    """The programme of a document, and in ``faults`` whatever is wrong or worth a look; ``None``
    where there is an error."""
    check_shape(raw, faults)
    if not isinstance(raw, Mapping):
        faults.add("", raw, "not_a_mapping", "Write the document as a mapping, from programme: on.")
        return None
    if faults.has_errors():
        return None
    part = read_leniently(DocumentPart, raw, faults) or DocumentPart()
    for name, remedy in _NEEDED.items():
        if raw.get(name) is None:
            faults.add(name, None, "missing_field", remedy)
    if not part.earn and not faults.spoiled("earn"):
        remedy = (
            "Add at least one rule, such as base: {on: purchase, give: {points: 1, per: 1.00}}."
        )
        faults.add("earn", raw.get("earn"), "missing_field", remedy)
    programme = _Builder(part, raw, number, faults).build()
    return None if faults.has_errors() else programme


def default_points(parts: Mapping[str, PointsPart]) -> str | None:
    """The currency of points that is meant where none is named: the only one, the one called
    ``points``, or the only one of kind ``points``.  Never "the first": stored documents have no
    order."""
    if len(parts) == 1:
        return next(iter(parts))
    if DEFAULT_POINTS in parts:
        return DEFAULT_POINTS
    of_kind = [code for code, part in parts.items() if part.kind == "points"]
    return of_kind[0] if len(of_kind) == 1 else None


@dataclass(frozen=True, slots=True)
class _Offers:
    """Rewards and draws, the currencies of their vouchers and entries, and what counts stock."""

    rewards: dict[str, Reward]
    draws: dict[str, Draw]
    currencies: dict[str, PointsCurrency]
    budgets: dict[str, Budget]


@dataclass(slots=True)
class _Builder:
    """Builds the programme from the parts that could be read.

    Names that the raw document declares count as declared, even where their declaration has a
    fault of its own: one mistake shall be reported once.
    """

    part: DocumentPart
    raw: Mapping[str, Any]
    number: int
    faults: Faults

    def build(self) -> Programme:
        part, faults = self.part, self.faults
        money = part.money.currency if part.money is not None else ""
        exponent = currency_exponent(money) if money else _ANY_EXPONENT
        zone = part.zone or _ANY_ZONE
        points = part.points or ({} if self._declared("points") else {DEFAULT_POINTS: PointsPart()})
        multiplied = default_points(points)
        partners = self._partners(points, exponent)
        vocabulary = self._vocabulary(points, exponent, partners)
        codes = frozenset([*vocabulary.tiers, *chain(*vocabulary.beside.values())])
        currencies = build_points(points, exponent=exponent, zone=zone, tiers=codes, faults=faults)
        structures = build_structures(
            part.tiers, vocabulary=vocabulary, multiplied=multiplied, faults=faults
        )
        ordered = {one.key: tuple(tier.code for tier in one.tiers) for one in structures}
        vocabulary = replace(
            vocabulary,
            tiers=ordered.pop("", vocabulary.tiers),
            beside={**vocabulary.beside, **ordered},
        )
        segments = build_segments(part.segments, vocabulary=vocabulary, faults=faults)
        groups = self._groups()
        campaigns = dict.fromkeys(self._declared("campaigns"), CampaignPart())
        reader = RuleReader(
            vocabulary=vocabulary,
            zone=zone,
            groups=groups,
            campaigns={**campaigns, **part.campaigns},
            rewards=frozenset(self._declared("rewards")),
            draws={**dict.fromkeys(self._declared("draws"), DrawPart()), **part.draws},
            multiplied=multiplied,
            listed_limits=self._listed_limits("earn"),
            faults=faults,
        )
        rules = staged(reader.build(part.earn), groups, faults)
        offers = self._offers(replace(vocabulary, rules={}), zone)
        discounts, shared = self._discounts(replace(vocabulary, rules={}), zone, groups)
        return Programme(
            code=part.programme or "",
            number=self.number,
            currency=money,
            zone=zone,
            languages=tuple(part.languages),
            points={**currencies, **offers.currencies},
            spend=build_spend(part.spend),
            rules=rules,
            groups=groups,
            tiers=structures[0] if structures else None,
            beside=tuple(structures[1:]),
            multipliers=(
                part.tiers.multipliers if isinstance(part.tiers, StructuresPart) else "multiply"
            ),
            without_purchase=part.returns.without_purchase,
            claim_days=part.claims.within if part.claims is not None else None,
            budgets=dict(sorted({**reader.budgets, **offers.budgets, **shared}.items())),
            rewards=offers.rewards,
            segments=segments,
            challenges=self._challenges(vocabulary, zone),
            member_attributes=dict(sorted(part.member_attributes.items())),
            draws=offers.draws,
            discounts=discounts,
            plans=build_plans(part.plans, exponent=exponent, faults=faults),
            contributions=build_contributions(part.contributions),
            referral=build_referral(part.referral, exponent=exponent, faults=faults),
            joining=part.joining,
            identify=build_methods(part.identify, faults),
            partners=partners,
        )

    def _partners(self, points: Mapping[str, PointsPart], exponent: int) -> dict[str, Partner]:
        decimals = self._decimals(points, exponent)
        return build_partners(
            self.part.partners, exponent=exponent, decimals=decimals, faults=self.faults
        )

    def _vocabulary(
        self, points: Mapping[str, PointsPart], exponent: int, partners: Mapping[str, Partner]
    ) -> Vocabulary:
        """What conditions may name."""
        part = self.part
        written, main = written_tiers(self.raw), main_structure(self.raw)
        return Vocabulary(
            exponent=exponent,
            tiers=tuple(written.pop(main, ())),
            beside={name: tuple(codes) for name, codes in written.items()},
            main=main,
            points=self._decimals(points, exponent),
            attributes={**dict.fromkeys(self._declared("attributes"), "text"), **part.attributes},
            member_attributes={
                **dict.fromkeys(self._declared("member_attributes"), "text"),
                **part.member_attributes,
            },
            segments=self._section("segments"),
            plans=tuple(self._declared("plans")),
            contributions=tuple(self._declared("contributions")),
            referrals=self.raw.get("referral") is not None,
            partners={
                code: partners.get(code, Partner(code)) for code in self._declared("partners")
            },
            rules=self._section("earn"),
        )

    def _groups(self) -> dict[str, Group]:
        groups = {code: Group(code, "all") for code in self._declared("stacking")}
        stacking = sorted(self.part.stacking.items())
        return groups | {code: Group(code, mode) for code, mode in stacking}

    def _offers(self, vocabulary: Vocabulary, zone: str) -> _Offers:
        """What members get besides points: rewards, and draws whose prizes may be rewards."""
        part = self.part
        reader = RewardReader(
            vocabulary=vocabulary, zone=zone, draws=part.draws, faults=self.faults
        )
        rewards = reader.build(part.rewards)
        drawn = DrawReader(vocabulary=vocabulary, zone=zone, rewards=reader, faults=self.faults)
        draws = drawn.build(part.draws, frozenset(self._declared("rewards")))
        currencies = {**reader.currencies(part.rewards), **entry_currencies(draws)}
        return _Offers(rewards, draws, currencies, reader.budgets)

    def _discounts(
        self, vocabulary: Vocabulary, zone: str, groups: Mapping[str, Group]
    ) -> tuple[dict[str, Discount], dict[str, Budget]]:
        """The discounts, and the budgets that they draw from."""
        reader = DiscountReader(
            vocabulary=vocabulary,
            zone=zone,
            groups=groups,
            listed_limits=self._listed_limits("discounts"),
            faults=self.faults,
        )
        return reader.build(self.part.discounts), reader.budgets

    def _challenges(self, vocabulary: Vocabulary, zone: str) -> dict[str, Challenge]:
        rewards = frozenset(self._declared("rewards"))
        reader = ChallengeReader(replace(vocabulary, rules={}), zone, rewards, self.faults)
        return reader.build(self.part.challenges)

    def _section(self, section: str) -> Mapping[str, Any]:
        raw = self.raw.get(section)
        return raw if isinstance(raw, Mapping) else {}

    def _declared(self, section: str) -> list[str]:
        return list(self._section(section))

    def _decimals(self, points: Mapping[str, PointsPart], exponent: int) -> dict[str, int]:
        decimals = dict.fromkeys(self._declared("points"), _ANY_DECIMALS)
        for code, part in points.items():
            spoiled = self.faults.spoiled(f"points.{code}.decimals")
            decimals[code] = _ANY_DECIMALS if spoiled else decimals_of(part, exponent)
        return dict(sorted(decimals.items()))

    def _listed_limits(self, section: str) -> frozenset[str]:
        return frozenset(
            code
            for code, raw in self._section(section).items()
            if isinstance(raw, Mapping) and isinstance(raw.get("limit"), list | tuple)
        )
