{{ mismatch_rows('b') }}
