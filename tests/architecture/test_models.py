"""Models are ready to be distributed: each is member-scoped, small or local, and keeps the rules.

The rules are those of a database spread over machines by the member's id: a table of members'
rows is placed by `member_id`, and nothing that is small may point into it.
"""

import pytest
from django.apps import apps
from django.db import models

from habitue.config.composition import House
from habitue.data.scope import Scope

House().set_up_django()
OURS = [model for model in apps.get_models() if model.__module__.startswith("habitue.data.")]
MEMBER = [model for model in OURS if getattr(model, "scope", None) is Scope.MEMBER]
SMALL = [model for model in OURS if getattr(model, "scope", None) is Scope.SMALL]


def _label(model: type[models.Model]) -> str:
    return model._meta.label


def _key(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.pk_fields]


def _references(model: type[models.Model]) -> list[type[models.Model]]:
    return [
        field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    ]


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_every_model_says_where_it_would_live(model: type[models.Model]) -> None:
    assert isinstance(getattr(model, "scope", None), Scope)


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_ids_are_made_by_the_application(model: type[models.Model]) -> None:
    """A sequence is one machine's; ids are UUIDv7, made before the row is written."""
    sequences = [f.name for f in model._meta.fields if isinstance(f, models.AutoField)]
    assert not sequences


@pytest.mark.parametrize("model", MEMBER, ids=_label)
def test_a_members_row_carries_its_member(model: type[models.Model]) -> None:
    field = model._meta.get_field("member_id")
    assert isinstance(field, models.UUIDField)
    assert not field.null


@pytest.mark.parametrize("model", MEMBER, ids=_label)
def test_uniqueness_among_members_rows_begins_with_the_member(model: type[models.Model]) -> None:
    """Uniqueness across members needs a small table keyed by the value itself."""
    assert _key(model)[0] == "member_id"
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert constraint.fields[0] == "member_id", constraint.name
    unique = [f.name for f in model._meta.fields if f.unique and f.name not in ("pk", "member_id")]
    assert not unique
    assert not model._meta.unique_together


@pytest.mark.parametrize("model", [*MEMBER, *SMALL], ids=_label)
def test_no_foreign_key_points_into_members_rows(model: type[models.Model]) -> None:
    pointing = [target._meta.label for target in _references(model) if target in MEMBER]
    assert not pointing


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_models_save_nothing_behind_the_services(model: type[models.Model]) -> None:
    """Logic in `save` or `delete` is passed over by set-based statements."""
    own = set(vars(model))
    assert not own & {"save", "delete", "full_clean"}
