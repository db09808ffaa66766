"""Draws: what was promised before anybody entered, and who won."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class Draw(models.Model):
    """A draw of a programme, from the version that first names it on.

    ``secret`` is made then and published once the draw was held (``held_at``); ``commitment`` is
    its SHA-256 in hexadecimal digits.  ``salt`` makes the pseudonyms and is never published.
    ``list`` is the list of entries as text, ``digest`` its SHA-256, ``places`` the prizes that
    there were, ``closes_at`` the end of the draw as it then was.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "code")
    programme_id = models.UUIDField()
    code = models.TextField()
    secret = models.BinaryField()
    salt = models.BinaryField()
    commitment = models.TextField()
    committed_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    places = models.IntegerField(default=0)
    list = models.TextField(default="")
    digest = models.TextField(default="")

    class Meta:
        db_table = "draw"

    def __str__(self) -> str:
        return self.code


class DrawWinner(models.Model):
    """Somebody won a prize of a draw or a contest; never changed.

    ``prize`` counts the prizes of the document from 0.  ``ticket`` is what the lot fell on; of a
    contest there is none, and a ``reason``.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "code", "place")
    programme_id = models.UUIDField()
    code = models.TextField()
    place = models.IntegerField()
    prize = models.IntegerField()
    member_id = models.UUIDField()
    entrant = models.TextField(default="")
    ticket = models.BigIntegerField(null=True)
    reason = models.TextField(default="")
    named_by = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "draw_winner"
        constraints = (
            models.UniqueConstraint(
                fields=["programme_id", "code", "member_id"], name="draw_winner_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.place}"
