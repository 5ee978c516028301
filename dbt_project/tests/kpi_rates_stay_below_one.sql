-- Blocking: what got there is part of what set out, in every cohort; a win rate of closed deals and a gross retention are shares too.
select *
from {{ ref('kpi_values') }}
where numerator > denominator
    and (basis = 'cohort' or kpi_code in ('win_rate_close', 'logo_churn', 'grr'))
