"""The machines' API, endpoint family by endpoint family."""
