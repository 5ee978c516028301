{{ mismatch_rows('h') }}
