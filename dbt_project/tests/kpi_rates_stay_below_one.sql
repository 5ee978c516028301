-- Blocking: what got there is part of what set out, in every cohort (rule H10 of the mismatch catalogue).
select * from {{ ref('mismatch_group_h') }} where rule_code = 'H10'
