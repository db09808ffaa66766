"""Files that come with a form: kept in memory up to the size of a picture, and no further.

What is larger is read to its end and dropped, so that the form can say that it was too large; no
file is ever written to a disk.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from habitue.domain.pictures import LARGEST_PICTURE


class PictureUploadHandler(FileUploadHandler):
    """Takes the files of a form; ``size`` says how large each was, also where it was cut off."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002  # Django's signature
        """Keep a part of the file, unless there is too much of it already."""
        if self._kept.tell() <= LARGEST_PICTURE:
            self._kept.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, as far as it was kept."""
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept,
            self.field_name,
            self.file_name or "",
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )
