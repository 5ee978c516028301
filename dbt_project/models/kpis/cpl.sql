{# Cost per lead: marketing's programme cost for each new lead. #}
{{ cost_per('lead_new') }}
