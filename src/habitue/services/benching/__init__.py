"""Work and data for the benchmarks."""
