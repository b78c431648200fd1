-- How the seeder keeps its place, and what it does around the load.
-- In psql: prepare x as STATEMENT; then execute x (...); with values for $1 and the others.

-- id: seed-journal
-- What of a seeding is done, in the database that it fills: a killed one goes on from here.
create schema if not exists loadharness;
create table if not exists loadharness.seed_run (
    singleton boolean primary key default true check (singleton),
    identity text not null,
    leads_per_chunk int not null,
    indexes_deferred boolean not null default false,
    small_tables_checksum bigint,
    manifest jsonb,
    started_at timestamptz not null default now()
);
-- How many leads besides the seeded ones were set aside for imports of loads. No row where an earlier version seeded: it did not count.
create table if not exists loadharness.seed_new_leads (
    singleton boolean primary key default true check (singleton),
    set_aside bigint not null
);
create table if not exists loadharness.seed_chunk (
    table_name text not null,
    first_lead bigint not null,
    rows bigint not null,
    bytes bigint not null,
    checksum bigint not null,
    seconds double precision not null,
    primary key (table_name, first_lead)
);
create table if not exists loadharness.seed_time (
    stage text not null,
    go uuid not null,
    seconds double precision not null
);
create table if not exists loadharness.seed_deferred (
    ordinal int primary key,
    phase int not null,
    relation text not null,
    drop_sql text,
    create_sql text not null
);

-- id: emptied-tables
-- What emptying a database for the seeder would delete: the tables that it fills, and every table that refers to one of them; whether
-- each is of the schema that the harness makes; and whether row security hides rows of it from this login, which deletes them all the
-- same. $1: names of the tables that it fills, with their schema, $2: names of the schema's own.
with recursive emptied (oid) as (
    select to_regclass(name)::oid
    from unnest($1::text[]) as root (name)
    where to_regclass(name) is not null
    union
    select reference.conrelid
    from pg_constraint as reference
    join emptied on emptied.oid = reference.confrelid
    where reference.contype = 'f'
)
select emptied.oid::regclass::text,
       relation.relname = any ($2::text[]) and n.nspname in ('public', 'loadharness_build', 'loadharness_retired'),
       row_security_active(emptied.oid)
from emptied
join pg_class as relation on relation.oid = emptied.oid
join pg_namespace as n on n.oid = relation.relnamespace
where not relation.relispartition
order by 1;

-- id: workspaces-of-others
-- How many workspaces the recorded seeding did not make. It numbers its own from 1 on, as many as its options say; without a number it is
-- one large workspace and fifty small ones.
select count(*)
from public.workspaces
where id > (
    select coalesce(replace(substring(identity from ' in ([0-9,]+) workspaces'), ',', '')::bigint, 51) from loadharness.seed_run);

-- id: missing-months
-- Months without a partition: their rows would land in the default one. $1: a table, $2 and $3: the first and the last month.
select m.month
-- As timestamps: of dates the series would be midnights of the session's time zone.
from generate_series($2::date::timestamp, $3::date::timestamp, interval '1 month') as m (month)
where not exists (
    select
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    cross join lateral pg_get_expr(c.relpartbound, c.oid) as bound
    where i.inhparent = to_regclass('public.' || $1)
      and substring(bound from 'FROM \(''([^'']+)''\)')::timestamptz <= m.month at time zone 'UTC'
      and substring(bound from 'TO \(''([^'']+)''\)')::timestamptz >= (m.month + interval '1 month') at time zone 'UTC');

-- id: campaign-counters
-- Counters of campaigns, as the loaded sends imply them.
update campaigns c
set total_recipients = s.total, sent_count = s.sent, delivered_count = s.delivered, opened_count = s.opened,
    clicked_count = s.clicked, bounced_count = s.bounced, unsubscribed_count = s.unsubscribed,
    complained_count = s.complained, updated_at = c.completed_at
from (
    select workspace_id, campaign_id, count(*) as total, count(sent_at) as sent, count(delivered_at) as delivered,
           count(opened_at) as opened, count(clicked_at) as clicked, count(bounced_at) as bounced,
           count(unsubscribed_at) as unsubscribed, count(complained_at) as complained
    from email_sends
    group by workspace_id, campaign_id
) s
where c.workspace_id = s.workspace_id and c.id = s.campaign_id;

-- id: identity-sequences
-- Statements after which the next value is above every seeded one; an empty table keeps its sequence. A worker of a cluster numbers
-- its own rows, such as those of the audit, from 2^48 times its group on: they are not the coordinator's to go on from. $1: names of the
-- schema's own tables.
select format('select setval(%1$L, max(%2$I) + 1, false) from %3$I.%4$I where %2$I < 281474976710656 having max(%2$I) is not null',
              pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname), a.attname, n.nspname, c.relname)
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attidentity <> '' and c.relname = any ($1)
  and pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null;
