-- Months of creation of which the source counts more rows than have come here.
with counts as (
    select counted_system, table_name, month_on, row_cnt, counted_at
    from {{ ref('load_log') }}
    cross join {{ ref('run_parameters') }} as run_parameters
    where counted_at <= run_parameters.as_of
    qualify row_number() over (
        partition by counted_system, table_name, month_on order by counted_at desc nulls last, source_system nulls last
    ) = 1
),

created as (
    select source_system, 'ma_person' as table_name, created_at from {{ ref('ma_person') }}
    union all
    select source_system, 'crm_lead', created_at from {{ ref('crm_lead') }}
    union all
    select source_system, 'crm_contact', created_at from {{ ref('crm_contact') }}
    union all
    select source_system, 'crm_account', created_at from {{ ref('crm_account') }}
    union all
    select source_system, 'crm_opportunity', created_at from {{ ref('crm_opportunity') }}
),

here as (
    select source_system, table_name, cast(date_trunc('month', created_at) as date) as month_on, count(*) as row_cnt
    from created
    where created_at is not null
    group by 1, 2, 3
),

newest as (
    select source_system, table_name, max(month_on) as month_on from here group by 1, 2
),

final as (
    select
        'feed' as subject_type,
        counts.counted_system || '.' || counts.table_name as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        case when counts.table_name = 'ma_person' then cast(counts.row_cnt as {{ dbt.type_string() }}) || ' there, ' || cast(coalesce(here.row_cnt, 0) as {{ dbt.type_string() }}) || ' here' end as ma_value,
        case when counts.table_name <> 'ma_person' then cast(counts.row_cnt as {{ dbt.type_string() }}) || ' there, ' || cast(coalesce(here.row_cnt, 0) as {{ dbt.type_string() }}) || ' here' end as crm_value,
        counts.counted_system || '.' || counts.table_name || ' ' || substr(cast(counts.month_on as {{ dbt.type_string() }}), 1, 7) as detail,
        null as amount_at_stake,
        counts.counted_at as occurred_at
    from counts
    inner join newest
        on counts.counted_system = newest.source_system
        and counts.table_name = newest.table_name
        and counts.month_on < newest.month_on
    left join here
        on counts.counted_system = here.source_system
        and counts.table_name = here.table_name
        and counts.month_on = here.month_on
    where 100 * (counts.row_cnt - coalesce(here.row_cnt, 0)) > {{ mismatch_tolerance('b15_percent') }} * counts.row_cnt
)

select * from final
