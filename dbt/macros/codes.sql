{#
    Codes are words of a fixed list: currencies, payment statuses, source systems. Two spellings of one code must not
    become two codes, so staging gives each one spelling. Raw keeps the original.
#}


{#
    The text without invisible characters and outer blanks; any other blank (non-breaking, tab) becomes one blank. Empty
    is null.
#}
{% macro without_odd_blanks(value) -%}
    nullif(trim(regexp_replace(regexp_replace({{ value }}, '\p{Cf}', '', 'g'), '[\s\p{Z}\p{Cc}]+', ' ', 'g')), '')
{%- endmacro %}


{# A currency in upper case. Nearly all are three capitals already and need no work. #}
{% macro currency_code(value) -%}
    case
        when regexp_full_match({{ value }}, '[A-Z]{3}') then {{ value }}
        else upper({{ without_odd_blanks(value) }})
    end
{%- endmacro %}


{# A source system in lower case. #}
{% macro source_system_code(value) -%}
    case
        when regexp_full_match({{ value }}, '[a-z0-9]+') then {{ value }}
        else lower({{ without_odd_blanks(value) }})
    end
{%- endmacro %}


{#
    A payment's status as `payment_statuses` spells it; any other in upper case. `partially_refunded` becomes the
    spelling with blanks.
#}
{% macro payment_status_code(value) -%}
    case
        when {{ status_means(value, payment_statuses()) }} then {{ value }}
        else replace(
            upper({{ without_odd_blanks("translate(" ~ value ~ ", '_-', '  ')") }}),
            'PARTIALLY REFUNDED',
            'Partially Refunded'
        )
    end
{%- endmacro %}


{#
    An e-mail address for comparison: people write theirs in any case, and copy it with invisible blanks. Nearly all
    consist of plain letters, which need no work.
#}
{% macro comparable_email(value) -%}
    case
        when regexp_full_match({{ value }}, '[!-~]+') then lower({{ value }})
        else lower(nfc_normalize({{ without_odd_blanks(value) }}))
    end
{%- endmacro %}


{#
    An ad account for comparison: platforms write `123-456-7890` or `1234567890`, `act_55` or `55`. A name of only marks
    stays as it is.
#}
{% macro comparable_ad_account(value) -%}
    coalesce(
        nullif(regexp_replace(regexp_replace(lower({{ value }}), '[^\pL\pN]', '', 'g'), '^act([0-9]+)$', '\1'), ''),
        {{ value }}
    )
{%- endmacro %}
