{# Inquiries as the teams count them: marketing every response of everybody, sales a countable person once in a calendar month. #}
with responses as (
    select responses.*, countable.exclusion_reason
    from {{ ref('responses') }} as responses
    join {{ ref('countable_people') }} as countable on responses.person_key = countable.person_key
),

firsts_of_month as (
    select response_id from {{ ref('monthly_inquirers') }} where no_in_month = 1
),

views as (
    select 'marketing' as view, responses.* from responses
    union all
    select 'sales', responses.* from responses where response_id in (select response_id from firsts_of_month)
),

final as (
    select
        'response' as subject_type,
        response_id as subject_id,
        view,
        '' as member,
        occurred_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        response_id as row_id,
        source_system,
        'activity' as source_record_type,
        activity_id as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons({"'excluded_' || exclusion_reason": 'not is_countable'}) }} as uncounted_reasons
    from views
)

select * from final
