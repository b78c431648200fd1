-- Baseline N: the twelve segments by what comes to mind first: any() on tags, ->> on custom fields. $1 is the workspace.

-- name: segment_count_1
-- Newsletter tag.
select count(*)
from leads
where workspace_id = $1
  and 'newsletter' = any (tags);

-- name: segment_page_1
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and 'newsletter' = any (tags)
order by created_at desc, id desc
limit 50;

-- name: segment_count_2
-- Paying active customers.
select count(*)
from leads
where workspace_id = $1
  and 'customer' = any (tags)
  and custom_fields ->> 'plan' = 'pro'
  and status = 'active';

-- name: segment_page_2
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and 'customer' = any (tags)
  and custom_fields ->> 'plan' = 'pro'
  and status = 'active'
order by created_at desc, id desc
limit 50;

-- name: segment_count_3
-- New trials.
select count(*)
from leads
where workspace_id = $1
  and 'trial' = any (tags)
  and not 'customer' = any (tags)
  and created_at >= '2025-06-02 00:00+00';

-- name: segment_page_3
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and 'trial' = any (tags)
  and not 'customer' = any (tags)
  and created_at >= '2025-06-02 00:00+00'
order by created_at desc, id desc
limit 50;

-- name: segment_count_4
-- Bought or referred, or German VIPs.
select count(*)
from leads
where workspace_id = $1
  and (source in ('ads', 'referral')
       or ('vip' = any (tags) and custom_fields ->> 'country' = 'DE'));

-- name: segment_page_4
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and (source in ('ads', 'referral')
       or ('vip' = any (tags) and custom_fields ->> 'country' = 'DE'))
order by created_at desc, id desc
limit 50;

-- name: segment_count_5
-- French enterprises.
select count(*)
from leads
where workspace_id = $1
  and custom_fields ->> 'country' = 'FR' and custom_fields ->> 'plan' = 'enterprise';

-- name: segment_page_5
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and custom_fields ->> 'country' = 'FR' and custom_fields ->> 'plan' = 'enterprise'
order by created_at desc, id desc
limit 50;

-- name: segment_count_6
-- Active webinar guests with a high score.
select count(*)
from leads
where workspace_id = $1
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric > 80 end
  and status = 'active'
  and 'webinar' = any (tags);

-- name: segment_page_6
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric > 80 end
  and status = 'active'
  and 'webinar' = any (tags)
order by created_at desc, id desc
limit 50;

-- name: segment_count_7
-- Lead magnets with a free address.
select count(*)
from leads
where workspace_id = $1
  and email ilike '%freemail%'
  and 'lead-magnet' = any (tags);

-- name: segment_page_7
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and email ilike '%freemail%'
  and 'lead-magnet' = any (tags)
order by created_at desc, id desc
limit 50;

-- name: segment_count_8
-- Marias who did not leave.
select count(*)
from leads
where workspace_id = $1
  and name ilike '%maria%'
  and status <> 'unsubscribed';

-- name: segment_page_8
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and name ilike '%maria%'
  and status <> 'unsubscribed'
order by created_at desc, id desc
limit 50;

-- name: segment_count_9
-- January's leads of two sources.
select count(*)
from leads
where workspace_id = $1
  and created_at >= '2026-01-02 00:00+00'
  and created_at < '2026-02-01 00:00+00'
  and source in ('website', 'landing_page');

-- name: segment_page_9
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and created_at >= '2026-01-02 00:00+00'
  and created_at < '2026-02-01 00:00+00'
  and source in ('website', 'landing_page')
order by created_at desc, id desc
limit 50;

-- name: segment_count_10
-- Two plans in two countries, without those who left.
select count(*)
from leads
where workspace_id = $1
  and (custom_fields ->> 'plan' = 'starter' or custom_fields ->> 'plan' = 'pro')
  and (custom_fields ->> 'country' = 'GB' or custom_fields ->> 'country' = 'US')
  and not ('churned' = any (tags) or status = 'bounced');

-- name: segment_page_10
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and (custom_fields ->> 'plan' = 'starter' or custom_fields ->> 'plan' = 'pro')
  and (custom_fields ->> 'country' = 'GB' or custom_fields ->> 'country' = 'US')
  and not ('churned' = any (tags) or status = 'bounced')
order by created_at desc, id desc
limit 50;

-- name: segment_count_11
-- Event guests who opted in.
select count(*)
from leads
where workspace_id = $1
  and custom_fields ->> 'newsletter_opt_in' = 'true'
  and 'event' = any (tags)
  and custom_fields ? 'lifetime_value';

-- name: segment_page_11
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and custom_fields ->> 'newsletter_opt_in' = 'true'
  and 'event' = any (tags)
  and custom_fields ? 'lifetime_value'
order by created_at desc, id desc
limit 50;

-- name: segment_count_12
-- Partners of companies with s and a low score.
select count(*)
from leads
where workspace_id = $1
  and company ilike 's%'
  and 'partner' = any (tags)
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric < 20 end;

-- name: segment_page_12
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and company ilike 's%'
  and 'partner' = any (tags)
  and case when jsonb_typeof(custom_fields -> 'score') = 'number' then (custom_fields ->> 'score')::numeric < 20 end
order by created_at desc, id desc
limit 50;
