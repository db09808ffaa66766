"""Static checks: what is certain from a document alone, one module for each family.

* ``dead``: rules, filters, caps and multipliers that can give nothing, or change nothing;
* ``shadowed``: rules that never count, because another one always does;
* ``contradictory``: settings that cancel or contradict one another;
* ``unreachable``: tiers that no member can reach;
* ``challenges``: challenges that nobody can meet;
* ``minting``: ways to make points without buying;
* ``draws``: draws that nobody can enter;
* ``discounts``: discounts that are never given, or take nothing off;
* ``naming``: what is declared and not used.

What the checks rest on.  ``formulas`` and ``search`` prove that conditions exclude or imply one
another, ``asking`` says when a rule fires, ``witness`` makes events of what the search found, and
``trial`` lets the engine decide them: the examples.

No false alarms.  Every finding follows from one of three things: a proof that no case is left (the
search only errs towards "may hold"), arithmetic on what the document says with every bound taken on
the generous side, or events that the engine really decided.  What is not known, a field or a
trigger of a later version, may hold and may give.  What grows too large is given up in silence.

Severities: an ``error`` is certainly wrong, whatever was meant; a ``warning`` surely does harm or
nothing; a ``note`` is worth a look.
"""
