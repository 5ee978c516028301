-- The cycles an opportunity belongs to: of each of its people, the one it was created in. The primary link's cycle is the primary one.
with creations as (
    select lead_id, person_key, opportunity_id from {{ ref('timeline') }} where kind = 'opportunity' and open_delta = 1
),

links as (
    select opportunity_id, person_key, min(link_no) as link_no
    from {{ ref('opportunity_people') }}
    group by opportunity_id, person_key
),

final as (
    select
        creations.lead_id,
        creations.person_key,
        creations.opportunity_id,
        coalesce(links.link_no, 1) = 1 as is_primary
    from creations
    left join links
        on creations.opportunity_id = links.opportunity_id and creations.person_key = links.person_key
)

select * from final
