{# Share of the records with an open mismatch. There is no mismatch catalogue yet, so that no value can be given: no row. #}
select
    view,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    numerator,
    denominator,
    value
from {{ ref('kpi_values_base') }}
where kpi_code = 'mismatch_rate'
