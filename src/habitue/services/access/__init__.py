"""Who may come in, and as whom: colleagues, tills, members' codes, links, sessions, keys."""
