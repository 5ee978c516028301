-- Every activity, bulk e-mail too, as the warehouse keeps it; no mart reads it.
create table all_activities as
with addresses as (
    select lower(email) as address, ma_id
    from contacts
    qualify row_number() over (partition by lower(email) order by is_deleted, length(ma_id), ma_id) = 1
),
repeated as (
    select id from landed('hubspot/email_events') group by id having count(*) > 1
),
mails as (
    from landed('hubspot/email_events') where id not in (from repeated)
    union all
    from (
        from landed('hubspot/email_events') where id in (from repeated)
        qualify row_number() over (partition by id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1
    )
)
select
    'hubspot' as source_system, 'ma' as activity_origin, mails.id as activity_id, 'ma_person' as record_type,
    coalesce(mails.contact_id, addresses.ma_id) as record_id, cast(null as varchar) as crm_opportunity_id,
    mails.email_campaign_id as campaign_id, mails.subject as asset_name,
    coalesce(types.activity_type, lower(trim(mails.type))) as activity_type, coalesce(types.is_response, false) as is_response,
    false as is_human, case when types.is_inbound then 'inbound' else 'outbound' end as direction, false as is_two_way,
    make_timestamp(cast(mails.created as bigint) * 1000) as occurred_at,
    cast(date_trunc('month', make_timestamp(cast(mails.created as bigint) * 1000)) as date) as occurred_month,
    mails._batch_id
from mails
left join addresses on case when mails.contact_id is null then lower(mails.recipient) end = addresses.address
left join activity_types as types
    on types.object = 'ma_activity' and types.source_system = 'hubspot' and lower(trim(mails.type)) = types.source_value
union all by name
select * from activities where activity_origin <> 'ma' or activity_type = 'form_submission';
