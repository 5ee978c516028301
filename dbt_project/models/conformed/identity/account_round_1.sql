{{ label_round(ref('account_edges'), 'left_key', 'right_key', 'is_active') }}
