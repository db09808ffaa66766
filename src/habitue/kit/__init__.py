"""Ids, clock, money, periods and paging, from the standard library alone."""
