with organisations as (
    {{ newest_rows('edinet', 'organisations') }}
),

-- a company may file under two codes: the later code names it
final as (
    select
        {{ adapter.quote('提出者法人番号') }} as corporate_number,
        {{ adapter.quote('提出者名') }} as name,
        {{ adapter.quote('提出者名_英字') }} as name_en,
        {{ adapter.quote('提出者名_ヨミ') }} as name_kana,
        {{ adapter.quote('所在地') }} as address,
        {{ adapter.quote('提出者業種') }} as industry
    from organisations
    where {{ adapter.quote('提出者法人番号') }} is not null and {{ adapter.quote('提出者名') }} is not null and _missing_since is null
    qualify row_number() over (partition by {{ adapter.quote('提出者法人番号') }} order by {{ adapter.quote('edinetコード') }} desc) = 1
)

select * from final
