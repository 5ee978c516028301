"""`python -m benchmarks`: the pipeline against its floor."""

from benchmarks.bench import main

main()
