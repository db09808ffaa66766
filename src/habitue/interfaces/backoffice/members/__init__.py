"""Members: the list, the page of one, and everything that can be done for them."""
