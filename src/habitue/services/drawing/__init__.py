"""Draws: the secret is committed to, the list is closed, the winners are found and get their prize.

Invariants.
* The secret of a draw is made with the first version that names it, before anybody can enter, and
  never changes; so does the commitment that is shown.
* A draw is held once, in one transaction: list, winners and what they are given stand together or
  not at all.  Whoever is killed in between leaves nothing.
* What happened before the end counts where it was recorded before the draw was held; what comes
  later is too late, as everything that members share follows the order of recording.
"""
