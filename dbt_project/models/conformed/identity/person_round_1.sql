{{ label_round(ref('person_edges'), 'left_key', 'right_key', 'is_active') }}
