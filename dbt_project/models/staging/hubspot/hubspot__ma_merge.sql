with merges as (
    {{ newest_rows('hubspot', 'contact_merges') }}
),

contacts as (
    {{ newest_rows('hubspot', 'contacts') }}
),

-- a contact lists the records merged into it: "1;2", or "1:1700000000000;2:1700000000001" with the time of each merge;
-- of its two lists the one without times is the complete one
merged_into_contacts as (
    {%- for list in ['hs_merged_object_ids', 'hs_calculated_merged_vids'] %}
    select id as winner_id, {{ trimmed('entry') }} as entry
    from {{ split_to_rows('contacts', list, ';', 'entry') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

pairs as (
    select canonical_vid as winner_id, vid_to_merge as loser_id, timestamp as merged_at
    from merges

    union all

    select
        winner_id,
        split_part(entry, ':', 1) as loser_id,
        {{ parse_timestamp("nullif(split_part(entry, ':', 2), '')") }} as merged_at
    from merged_into_contacts
),

final as (
    select winner_id, loser_id, min(merged_at) as merged_at
    from pairs
    where loser_id <> '' and loser_id <> winner_id
    group by winner_id, loser_id
)

select * from final
