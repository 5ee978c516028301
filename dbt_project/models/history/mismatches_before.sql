{# What each rule found at its last evaluation before this run: raised, accepted or in transit. #}
with evaluations as (
    select rule_code, publish_no
    from {{ ref('mismatch_evaluations') }}
    where not is_present
    qualify row_number() over (partition by rule_code order by evaluation_no desc nulls last) = 1
),

recorded as (
    {{ recorded_rows(
        'open_mismatches',
        'mismatch_id, rule_code, severity, is_accepted, is_in_transit, ma_table, ma_record_id, crm_table, crm_record_id, ma_value, crm_value, differs_since'
    ) }}
),

final as (
    select
        recorded.mismatch_id,
        recorded.rule_code,
        recorded.severity,
        recorded.is_accepted,
        coalesce(recorded.is_in_transit, false) as is_in_transit,
        recorded.ma_table,
        recorded.ma_record_id,
        recorded.crm_table,
        recorded.crm_record_id,
        recorded.ma_value,
        recorded.crm_value,
        recorded.differs_since
    from recorded
    inner join evaluations on recorded.rule_code = evaluations.rule_code and recorded.publish_no = evaluations.publish_no
)

select * from final
