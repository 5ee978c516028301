{{ mismatch_rows('e') }}
