-- Keys of which a history-mode delivery has more than one active row: whatever reads one row per key picks any.
with duplicates as (
    {{ active_duplicates() }}
),

found as (
    select *, table_name like 'ma%' as is_ma from duplicates
),

final as (
    select
        'feed' as subject_type,
        feed as subject_id,
        case when is_ma then record_id end as ma_record_id,
        case when not is_ma then record_id end as crm_record_id,
        table_name as ma_table,
        table_name as crm_table,
        case when is_ma then cast(row_cnt as {{ dbt.type_string() }}) || ' active rows' end as ma_value,
        case when not is_ma then cast(row_cnt as {{ dbt.type_string() }}) || ' active rows' end as crm_value,
        feed as detail,
        null as amount_at_stake,
        least(extracted_at, run_parameters.as_of) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
)

select * from final
