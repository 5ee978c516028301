-- Blocking: what got there is part of what set out, in every cohort; a win rate of closed deals and a gross retention are shares too.
-- Marketing's mql_rate divides the MQLs of a period by its leads: it may exceed 1.
select *
from {{ ref('kpi_values') }}
where numerator > denominator
    and (basis = 'cohort' or kpi_code in ('win_rate_close', 'logo_churn', 'grr'))
    and not (kpi_code = 'mql_rate' and view = 'marketing')
