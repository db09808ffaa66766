"""The living page of the design system: what there is, how it looks, and the words that make it."""
