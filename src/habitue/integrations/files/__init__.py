"""Tables in files (CSV, XLSX, Parquet), read in batches with bounded memory and exact numbers."""
