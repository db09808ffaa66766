"""What all pages share: who visits, the database at hand, forms, tables, charts, and the look.

A front door (back office, terminal, portal, entrance) builds on this; nothing here knows a door.
"""
