{{ label_round(ref('person_round_2'), 'left_parent', 'right_parent') }}
