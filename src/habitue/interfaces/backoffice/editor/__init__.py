"""The programme editor: drafts by forms, or as text."""
