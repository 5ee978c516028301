-- Kinds of system whose newest delivery is far older than that of the freshest kind.
with kinds as (
    select one as kind, one_fresh_at as fresh_at from {{ ref('mismatch_cutoffs') }}
    union
    select other, other_fresh_at from {{ ref('mismatch_cutoffs') }}
),

compared as (
    select *, max(fresh_at) over () as freshest_at from kinds
),

late as (
    select *, {{ add_seconds('fresh_at', '3600 * ' ~ mismatch_tolerance('i01_lag_hours')) }} as late_from
    from compared
),

final as (
    select
        'feed' as subject_type,
        late.kind as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        case when late.kind = 'ma' then cast(late.fresh_at as {{ dbt.type_string() }}) else 'freshest ' || cast(late.freshest_at as {{ dbt.type_string() }}) end as ma_value,
        case when late.kind = 'ma' then 'freshest ' || cast(late.freshest_at as {{ dbt.type_string() }}) else cast(late.fresh_at as {{ dbt.type_string() }}) end as crm_value,
        late.kind as detail,
        null as amount_at_stake,
        least(late.late_from, run_parameters.as_of) as occurred_at
    from late
    cross join {{ ref('run_parameters') }} as run_parameters
    where late.late_from < late.freshest_at
)

select * from final
