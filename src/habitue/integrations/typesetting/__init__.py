"""Pages to print: plain data in, a PDF out, set by Typst with the fonts that it brings along."""
