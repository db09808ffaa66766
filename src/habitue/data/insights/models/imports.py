"""What imports remember so that lines are counted once; importing again makes it again."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class SetAside(models.Model):
    """A receipt of a file that is no event of anybody, such as a stock write-off: counted under
    its own key, so that a second reading knows it.  ``digest`` stands for its content."""

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField()
    external_id = models.TextField()
    programme_id = models.UUIDField()
    sort = models.TextField()
    digest = models.BinaryField()
    lines = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "import_set_aside"

    def __str__(self) -> str:
        return f"{self.sort} {self.source} {self.external_id}"


class ImportedFile(models.Model):
    """A file that was read to its end without a reject.  The same bytes under the same mapping
    need not be read again; losing a row only costs time."""

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "source", "file_digest", "mapping_digest")
    programme_id = models.UUIDField()
    source = models.TextField()
    file_digest = models.TextField()
    mapping_digest = models.TextField()
    name = models.TextField()
    lines = models.BigIntegerField()
    receipts = models.BigIntegerField()
    finished_at = models.DateTimeField()

    class Meta:
        db_table = "imported_file"

    def __str__(self) -> str:
        return f"{self.name} {self.file_digest[:12]}"
