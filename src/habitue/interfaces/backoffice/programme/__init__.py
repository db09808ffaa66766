"""The programme as its rule sheet, with its versions."""
