with

hosts as (
    select website_host as host from {{ ref('stg_salesforce__accounts') }}
    union
    select website_host from {{ ref('stg_hubspot__companies') }}
    union
    select website_host from {{ ref('stg_files__accounts') }}
    union
    select {{ email_host('email') }} from {{ ref('stg_salesforce__contacts') }}
    union
    select {{ email_host('email') }} from {{ ref('stg_salesforce__leads') }}
    union
    select website_host from {{ ref('stg_salesforce__leads') }}
    union
    select {{ email_host('email') }} from {{ ref('stg_hubspot__contacts') }}
    union
    select {{ email_host('email') }} from {{ ref('stg_files__contacts') }}
    union
    select domain from {{ ref('stg_files__activities') }}
    where domain is not null
    union
    select domain from {{ ref('stg_files__overrides') }}
),

public_suffixes as (
    select public_suffix from {{ ref('public_suffixes') }}
),

free_mail_domains as (
    select domain from {{ ref('free_mail_domains') }}
),

{# Two dots ahead, so that a host of two labels has four to count back. #}
labelled as (
    select
        host,
        {{ dbt.split_part("'..' || host", "'.'", -1) }} as last_label,
        {{ dbt.split_part("'..' || host", "'.'", -2) }} as second_label,
        {{ dbt.split_part("'..' || host", "'.'", -3) }} as third_label
    from hosts
    where host is not null
),

short as (
    select
        host,
        third_label,
        second_label || '.' || last_label as two_labels
    from labelled
),

registrable as (
    select
        short.host,
        case
            when public_suffixes.public_suffix is null then short.two_labels
            when short.third_label <> ''
                then short.third_label || '.' || short.two_labels
        end as domain
    from short
    left join public_suffixes
        on short.two_labels = public_suffixes.public_suffix
),

classified as (
    select
        registrable.host,
        registrable.domain,
        free_mail_domains.domain is not null as is_free_mail
    from registrable
    left join free_mail_domains
        on registrable.domain = free_mail_domains.domain
    where registrable.domain is not null
)

select * from classified
