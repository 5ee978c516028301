{{ mismatch_rows('f') }}
