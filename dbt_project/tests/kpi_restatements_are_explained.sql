{{ config(severity='warn') }}
-- An alarm: a restated value whose causes do not make the difference. The ledger keeps it for good, so that nothing is stopped by it.
select publish_no, kpi_code, view, basis, grain, period_start, segment
from {{ ref('kpi_restatements') }}
where cause = 'unexplained'
