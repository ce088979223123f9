{#
    Codes are words of a closed alphabet: currencies, payment statuses, source systems. Two spellings of one code must not
    be two codes, so staging brings each to one spelling. Raw keeps what came.
#}


{# Without invisible characters and blanks around; any other blank (a non-breaking one, a tab) is one blank. None is null. #}
{% macro without_odd_blanks(value) -%}
    nullif(trim(regexp_replace(regexp_replace({{ value }}, '\p{Cf}', '', 'g'), '[\s\p{Z}\p{Cc}]+', ' ', 'g')), '')
{%- endmacro %}


{# A currency: upper case. What is three capitals already needs no work, and nearly all are. #}
{% macro currency_code(value) -%}
    case
        when regexp_full_match({{ value }}, '[A-Z]{3}') then {{ value }}
        else upper({{ without_odd_blanks(value) }})
    end
{%- endmacro %}


{# The system that a record came from: lower case. #}
{% macro source_system_code(value) -%}
    case
        when regexp_full_match({{ value }}, '[a-z0-9]+') then {{ value }}
        else lower({{ without_odd_blanks(value) }})
    end
{%- endmacro %}


{# The payment statuses that the specification names, as it spells them. #}
{% macro specified_statuses() -%}
    {{- return(['APPROVED', 'FAILED', 'REFUNDED', 'Partially Refunded', 'MANUAL']) -}}
{%- endmacro %}


{# A payment's status: the specification's spelling, upper case for any other. `partially_refunded` has blanks as well. #}
{% macro payment_status_code(value) -%}
    case
        when {{ value }} in ('{{ specified_statuses() | join("', '") }}') then {{ value }}
        else replace(
            upper({{ without_odd_blanks("translate(" ~ value ~ ", '_-', '  ')") }}),
            'PARTIALLY REFUNDED',
            'Partially Refunded'
        )
    end
{%- endmacro %}


{#
    An e-mail address as it is compared: people write theirs in any case, and copy it with blanks that nobody sees. Nearly
    all are of plain letters, which need no work.
#}
{% macro comparable_email(value) -%}
    case
        when regexp_full_match({{ value }}, '[!-~]+') then lower({{ value }})
        else lower(nfc_normalize({{ without_odd_blanks(value) }}))
    end
{%- endmacro %}


{#
    An ad account as it is compared: platforms write `123-456-7890` or `1234567890`, `act_55` or `55`. A name of nothing
    but marks is itself.
#}
{% macro comparable_ad_account(value) -%}
    coalesce(
        nullif(regexp_replace(regexp_replace(lower({{ value }}), '[^\pL\pN]', '', 'g'), '^act([0-9]+)$', '\1'), ''),
        {{ value }}
    )
{%- endmacro %}
