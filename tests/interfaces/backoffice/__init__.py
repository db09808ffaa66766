"""The machines' back office, endpoint family by endpoint family."""
