{# open, valid, won or lost: by the stage's row in opportunity_stages; a stage without row by the record's flags where
   `is_current` holds, else open. #}
{% macro opportunity_stage_code(mapping, opportunity, is_current) -%}
    case
        when {{ mapping }}.is_won then 'won'
        when {{ mapping }}.is_closed then 'lost'
        when {{ mapping }}.is_valid then 'valid'
        when {{ mapping }}.source_value is not null then 'open'
        when {{ is_current }} and {{ opportunity }}.is_won then 'won'
        when {{ is_current }} and {{ opportunity }}.is_closed then 'lost'
        else 'open'
    end
{%- endmacro %}
