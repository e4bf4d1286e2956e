{# What a person's record says of consent, blanks as nothing: of each purpose
   its basis, source and date, and whether the person opted out of ads. #}
{% macro consent_columns() -%}
    {% for purpose in consent_purposes() -%}
    {{ blank_to_null(purpose ~ '_basis') }} as {{ purpose }}_basis,
    {{ blank_to_null(purpose ~ '_source') }} as {{ purpose }}_source,
    {{ purpose }}_date,
    {% endfor -%}
    coalesce(opted_out_of_ads, false) as is_opted_out_of_ads
{%- endmacro %}

{# What a person may be asked to agree to; the last two are Google's signals. #}
{% macro consent_purposes() -%}
    {{ return([
        'email_marketing', 'advertising', 'ad_user_data', 'ad_personalization'
    ]) }}
{%- endmacro %}

{# The basis that a record says for a purpose. HubSpot's own legal basis is for
   writing to the person: it speaks for e-mail where nobody recorded more. #}
{% macro said_basis(source, purpose) -%}
    {%- if source == 'hubspot' and purpose == 'email_marketing' -%}
    coalesce(
        records.email_marketing_basis,
        {{ dbt.split_part('records.legal_basis', "';'", 1) }}
    )
    {%- else -%}
    records.{{ purpose }}_basis
    {%- endif -%}
{%- endmacro %}
