-- Blocking: every account of the relay closes in every month.
select *
from {{ ref('relay_ledger') }}
where transit_residual <> 0 or stock_residual <> 0
