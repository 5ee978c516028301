with organisations as (
    {{ newest_rows('edinet', 'organisations') }}
),

-- a company may file under two codes: the later code names it
final as (
    select
        "提出者法人番号" as corporate_number,
        "提出者名" as name,
        "提出者名_英字" as name_en,
        "提出者名_ヨミ" as name_kana,
        "所在地" as address,
        "提出者業種" as industry
    from organisations
    where "提出者法人番号" is not null and "提出者名" is not null and _missing_since is null
    qualify row_number() over (partition by "提出者法人番号" order by "edinetコード" desc) = 1
)

select * from final
