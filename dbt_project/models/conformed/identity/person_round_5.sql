{{ label_round(ref('person_round_4'), 'left_parent', 'right_parent') }}
