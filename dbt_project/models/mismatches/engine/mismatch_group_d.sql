{{ mismatch_rows('d') }}
