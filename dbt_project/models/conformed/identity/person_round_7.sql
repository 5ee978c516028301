{{ label_round(ref('person_round_6'), 'left_parent', 'right_parent') }}
