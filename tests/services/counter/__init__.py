"""Tests of what people do for members."""
