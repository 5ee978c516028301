{# The share of known sources as the teams count it: marketing by what its tool says of the person, sales by what was typed into the CRM lead. #}
with shared as (
    select * from {{ ref('source_known') }}
),

sources as (
    select * from {{ ref('record_sources') }}
),

final as (
    select
        shared.subject_type,
        shared.subject_id,
        views.view,
        shared.member,
        shared.counted_on,
        shared.converted_on,
        {{ counts_when("sources.channel <> 'unknown'") }} as numerator,
        shared.denominator,
        shared.is_mature,
        shared.subject_id as row_id,
        {{ bridge_no_record({"'unknown_in_ma'": "views.view = 'sales' and shared.numerator = 0"}) }}
    from shared
    cross join (select 'marketing' as view, 'ma_person' as record_type union all select 'sales', 'crm_lead') as views
    left join sources on shared.subject_id = sources.person_key and views.record_type = sources.record_type
)

select * from final
