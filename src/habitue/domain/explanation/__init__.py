"""Why a ledger line is there and why a rule gave nothing: facts with typed numbers, and no words.

The front doors say them in the reader's language.
"""
