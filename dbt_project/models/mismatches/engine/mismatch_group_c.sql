{{ mismatch_rows('c') }}
