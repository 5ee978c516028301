{{ label_round(ref('account_round_1'), 'left_parent', 'right_parent') }}
