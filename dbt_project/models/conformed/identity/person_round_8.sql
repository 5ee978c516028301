{{ label_round(ref('person_round_7'), 'left_parent', 'right_parent') }}
