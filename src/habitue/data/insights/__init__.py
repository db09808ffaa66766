"""The rebuildable part: scores, segments, runs, briefs and report tables."""
