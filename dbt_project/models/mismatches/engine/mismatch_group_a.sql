{{ mismatch_rows('a') }}
