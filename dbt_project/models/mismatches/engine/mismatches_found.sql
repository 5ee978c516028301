{# What the evaluated rules find now, with its id. Rules of group H read KPI values, which read mismatches_in_records; all others are there. #}
{{ mismatches_found(['h']) }}
union all
select * from {{ ref('mismatches_in_records') }}
