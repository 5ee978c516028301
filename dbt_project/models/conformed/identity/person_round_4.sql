{{ label_round(ref('person_round_3'), 'left_parent', 'right_parent') }}
