{# Lead-to-MQL as the teams count it: marketing divides the MQLs of a period by the leads of the same period, as it counts both; sales counts what
   the shared view counts. #}
with shared as (
    select * from {{ ref('mql_rate') }}
),

mqls as (
    select * from {{ ref('mql_cnt_views') }} where view = 'marketing'
),

new_leads as (
    select * from {{ ref('lead_new_views') }} where view = 'marketing'
),

people as (
    select
        leads.lead_id,
        leads.person_key,
        min(leads.mql_on) over (partition by leads.person_key) as first_mql_on,
        leads.mql_on,
        persons.person_key is not null and persons.first_seen_at is null as is_undated
    from {{ ref('lead_facts') }} as leads
    left join {{ ref('con_people') }} as persons on leads.person_key = persons.person_key
),

converted as (
    select
        'person' as subject_type,
        people.person_key as subject_id,
        'marketing' as view,
        '' as member,
        mqls.counted_on,
        mqls.counted_on as converted_on,
        mqls.numerator,
        cast(0 as decimal(18, 2)) as denominator,
        true as is_mature,
        'mql|' || mqls.row_id as row_id,
        mqls.source_system,
        mqls.source_record_type,
        mqls.source_record_id,
        mqls.is_merged_record,
        concat_ws(',', mqls.uncounted_reasons, {{ bridge_reasons({
            "'outside_window'": 'shared.numerator = 0 and shared.converted_on is not null',
            "'later_cycle'": 'people.mql_on > people.first_mql_on',
            "'undated'": 'people.is_undated',
        }) }}) as uncounted_reasons
    from mqls
    left join people on mqls.subject_id = people.lead_id
    left join shared on people.person_key = shared.subject_id
),

final as (
    select * from converted
    union all
    select
        subject_type, subject_id, view, member, counted_on, cast(null as date), cast(0 as decimal(18, 2)), numerator, true, 'lead|' || row_id,
        source_system, source_record_type, source_record_id, is_merged_record, uncounted_reasons
    from new_leads
    union all
    select
        subject_type, subject_id, 'sales', member, counted_on, converted_on, numerator, denominator, is_mature, 'person|' || subject_id,
        {{ bridge_no_record() }}
    from shared
)

select * from final
