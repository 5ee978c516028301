-- Blocking: each total is the sum of its parts, in every segment (rule H09 of the mismatch catalogue).
select * from {{ ref('mismatch_group_h') }} where rule_code = 'H09'
