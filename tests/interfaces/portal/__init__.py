"""The members' portal, page by page, over the real database."""
