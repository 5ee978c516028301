{{ mismatch_rows('i') }}
