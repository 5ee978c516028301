{{ label_round(ref('person_round_1'), 'left_parent', 'right_parent') }}
