"""The entrance: signing in and out of staff, links, the first password, language and look."""
