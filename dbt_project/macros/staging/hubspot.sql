{# Lifecycle stage by its internal name: UI exports write the label, in the language of the portal ("Marketing Qualified Lead", "リード"). #}
{% macro hubspot_stage_code(text) -%}
    case lower({{ text }})
        {%- for label, code in [('サブスクライバー', 'subscriber'), ('購読者', 'subscriber'), ('リード', 'lead'), ('mql', 'marketingqualifiedlead'),
                                ('sql', 'salesqualifiedlead'), ('商談', 'opportunity'), ('顧客', 'customer'), ('エバンジェリスト', 'evangelist'),
                                ('その他', 'other')] %}
        when '{{ label }}' then '{{ code }}'
        {%- endfor %}
        else replace(lower({{ text }}), ' ', '')
    end
{%- endmacro %}

{# Original source by its internal name: UI exports write the label, in the language of the portal ("Offline sources", "オフラインソース"). #}
{% macro hubspot_source_code(text) -%}
    case lower({{ text }})
        {%- for label, code in [('organic search', 'ORGANIC_SEARCH'), ('paid search', 'PAID_SEARCH'), ('email marketing', 'EMAIL_MARKETING'),
                                ('organic social', 'SOCIAL_MEDIA'), ('social media', 'SOCIAL_MEDIA'), ('paid social', 'PAID_SOCIAL'),
                                ('other campaigns', 'OTHER_CAMPAIGNS'), ('direct traffic', 'DIRECT_TRAFFIC'), ('offline sources', 'OFFLINE'),
                                ('オーガニック検索', 'ORGANIC_SEARCH'), ('検索連動広告', 'PAID_SEARCH'), ('検索連動型広告', 'PAID_SEARCH'), ('有料検索', 'PAID_SEARCH'),
                                ('eメールマーケティング', 'EMAIL_MARKETING'), ('オーガニックソーシャル', 'SOCIAL_MEDIA'), ('ソーシャルメディア', 'SOCIAL_MEDIA'),
                                ('ソーシャル広告', 'PAID_SOCIAL'), ('有料ソーシャル', 'PAID_SOCIAL'), ('リファーラル', 'REFERRALS'), ('リファラル', 'REFERRALS'),
                                ('その他のキャンペーン', 'OTHER_CAMPAIGNS'), ('他のキャンペーン', 'OTHER_CAMPAIGNS'), ('直接トラフィック', 'DIRECT_TRAFFIC'),
                                ('オフラインソース', 'OFFLINE')] %}
        when '{{ label }}' then '{{ code }}'
        {%- endfor %}
        else {{ text }}
    end
{%- endmacro %}
