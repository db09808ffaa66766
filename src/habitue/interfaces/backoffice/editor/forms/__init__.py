"""The forms of the editor: each reads one part of a document and writes what was changed in it."""
