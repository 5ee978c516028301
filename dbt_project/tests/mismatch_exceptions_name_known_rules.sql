-- Blocking: an exception names a rule of the catalogue; any other would accept nothing without a word.
select exceptions.*
from {{ ref('mismatch_exceptions') }} as exceptions
left join {{ ref('mismatch_definitions') }} as definitions on exceptions.rule_code = definitions.rule_code
where definitions.rule_code is null
