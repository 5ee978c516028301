-- Keys of which a history-mode delivery has more than one active row: whatever reads one row per key picks any.
with found as (
    {{ active_duplicates() }}
),

final as (
    select
        'feed' as subject_type,
        feed as subject_id,
        case when is_ma then record_id end as ma_record_id,
        case when not is_ma then record_id end as crm_record_id,
        case when is_ma then cast(row_cnt as {{ dbt.type_string() }}) || ' active rows' end as ma_value,
        case when not is_ma then cast(row_cnt as {{ dbt.type_string() }}) || ' active rows' end as crm_value,
        feed as detail,
        null as amount_at_stake,
        extracted_at as occurred_at
    from found
)

select * from final
