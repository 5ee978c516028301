{# Acceptance as the teams count it: marketing takes a lead for accepted that came into inside sales's hands within the window; sales counts
   what the shared view counts. #}
with shared as (
    select * from {{ ref('accept_rate') }}
),

entries as (
    select lead_id, in_on, in_system, in_record_type, in_record_id
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null
),

received as (
    select
        shared.subject_type,
        shared.subject_id,
        'marketing' as view,
        shared.member,
        shared.counted_on,
        entries.in_on as converted_on,
        {{ counts_when('entries.in_on <= ' ~ add_days('shared.counted_on', 'windows.days')) }} as numerator,
        shared.denominator,
        shared.is_mature,
        shared.subject_id as row_id,
        entries.in_system as source_system,
        entries.in_record_type as source_record_type,
        entries.in_record_id as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons({
            "'not_accepted'": 'shared.converted_on is null',
            "'accepted_late'": 'shared.converted_on > ' ~ add_days('shared.counted_on', 'windows.days'),
        }) }} as uncounted_reasons
    from shared
    join {{ named_window('acceptance') }} as windows on {{ in_force('windows', 'shared.counted_on') }}
    left join entries on shared.subject_id = entries.lead_id
),

final as (
    select * from received
    union all
    select
        subject_type, subject_id, 'sales', member, counted_on, converted_on, numerator, denominator, is_mature, subject_id,
        {{ bridge_no_record() }}
    from shared
)

select * from final
