{{ label_round(ref('account_round_3'), 'left_parent', 'right_parent') }}
