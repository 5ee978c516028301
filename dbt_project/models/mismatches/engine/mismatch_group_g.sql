{{ mismatch_rows('g') }}
