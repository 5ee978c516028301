{# Won deals as the teams count them. #}
{{ won_views('won_cnt', '1') }}
