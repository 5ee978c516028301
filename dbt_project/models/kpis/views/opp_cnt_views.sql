{# Opportunities as the teams count them: marketing every record, removed ones and those of excluded people too; sales those that field sales
   accepted, without business with customers that it has already. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where created_on is not null
),

existing as (
    select source_value from {{ ref('origins') }} where object = 'opportunity_type' and origin = 'existing'
),

sides as (
    select 'marketing' as view, opportunities.* from opportunities
    union all
    select 'sales', opportunities.*
    from opportunities
    where is_countable
        and fs_accepted_on is not null
        and coalesce(lower({{ trimmed('opportunity_type') }}), '') not in (select source_value from existing)
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        view,
        '' as member,
        created_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        opportunity_id as row_id,
        source_system,
        'crm_opportunity' as source_record_type,
        crm_opportunity_id as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons({
            "'removed'": 'removed_at is not null',
            "'excluded_' || exclusion_reason": 'removed_at is null and not is_countable',
        }) }} as uncounted_reasons
    from sides
)

select * from final
