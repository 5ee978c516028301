{{ label_round(ref('person_round_5'), 'left_parent', 'right_parent') }}
