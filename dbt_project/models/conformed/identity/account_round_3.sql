{{ label_round(ref('account_round_2'), 'left_parent', 'right_parent') }}
