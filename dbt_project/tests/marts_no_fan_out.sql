-- Blocking: no mart has more, fewer or other rows than what it is made of (rule H08 of the mismatch catalogue).
select * from {{ ref('mismatch_group_h') }} where rule_code = 'H08'
