{# Qualified opportunities as the teams count them: marketing those that a lead was converted into, when they were created; sales counts what
   the shared view counts. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and created_on is not null
),

converted as (
    select distinct opportunity_id from {{ ref('opportunity_people') }} where crm_lead_id is not null
),

of_leads as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'marketing' as view,
        '' as member,
        created_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        opportunity_id as row_id,
        source_system,
        'crm_opportunity' as source_record_type,
        crm_opportunity_id as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons({"'not_valid_yet'": 'not is_valid_opportunity or fs_accepted_on is null'}) }} as uncounted_reasons
    from opportunities
    where opportunity_id in (select opportunity_id from converted)
),

final as (
    select * from of_leads
    union all
    select
        subject_type, subject_id, 'sales', member, counted_on, numerator, subject_id,
        {{ bridge_no_record() }}
    from {{ ref('valid_opp_cnt') }}
)

select * from final
