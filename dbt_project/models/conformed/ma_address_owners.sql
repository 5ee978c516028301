-- Whose activity it is that names only an e-mail address: the live person before the deleted one, then the oldest id.
with persons as (
    select source_system, ma_id, lower(email) as address, is_deleted
    from {{ ref('ma_person') }}
    where email is not null
),

final as (
    select source_system, address, ma_id
    from persons
    qualify row_number() over (
        partition by source_system, address order by is_deleted nulls last, length(ma_id) nulls last, ma_id nulls last
    ) = 1
)

select * from final
