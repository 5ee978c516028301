{{ config(severity='warn') }}
-- An alarm: a difference between the teams that no rule of the bridge explains.
select *
from {{ ref('kpi_bridge_rows') }}
where reason = 'unexplained'
