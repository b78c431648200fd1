namespace LoadHarness.Postgres.Seeding.Loading;

/// <summary>The catalog query behind <see cref="DeferredObjects"/>. $1: names of tables in schema public.</summary>
/// <remarks>
/// Phases: 0 indexes of plain tables and of partitions, 1 their key constraints, 2 indexes and keys of partitioned parents, 3 foreign keys, 4 triggers.
/// What belongs to a partition through its parent is dropped with the parent, and so has no statement of its own to drop it.
/// </remarks>
internal static class DeferredSql
{
    public const string Capture =
        """
        insert into loadharness.seed_deferred (ordinal, phase, relation, drop_sql, create_sql)
        with recursive relations as (
            select c.oid, c.relkind, c.oid::regclass::text as relation
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relname = any ($1)
            union all
            select c.oid, c.relkind, c.oid::regclass::text
            from relations r
            join pg_inherits i on i.inhparent = r.oid
            join pg_class c on c.oid = i.inhrelid
        ),
        indexes as (
            select r.relation, r.relkind, i.indexrelid, i.indexrelid::regclass::text as index, x.relname as index_name,
                   k.conname, k.contype, k.oid as constraint_oid,
                   case when k.condeferred then ' deferrable initially deferred' when k.condeferrable then ' deferrable' else '' end as deferral,
                   exists (select from pg_inherits h where h.inhrelid = i.indexrelid) as inherited
            from relations r
            join pg_index i on i.indrelid = r.oid
            join pg_class x on x.oid = i.indexrelid
            left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
        ),
        found (phase, relation, drop_sql, create_sql) as (
            select 0, relation,
                   case when not inherited and conname is null then format('drop index %s', index) end,
                   pg_get_indexdef(indexrelid) || coalesce(format('; comment on index %s is %L', index, obj_description(indexrelid, 'pg_class')), '')
            from indexes
            where relkind = 'r' and contype is distinct from 'x'
            union all
            select 1, relation,
                   case when not inherited then format('alter table %s drop constraint %I', relation, conname) end,
                   case when contype = 'x' then format('alter table %s add constraint %I %s', relation, conname, pg_get_constraintdef(constraint_oid))
                        else format('alter table %s add constraint %I %s using index %I%s', relation, conname,
                                    case contype when 'p' then 'primary key' else 'unique' end, index_name, deferral) end
                   || coalesce(format('; comment on constraint %I on %s is %L', conname, relation, obj_description(constraint_oid, 'pg_constraint')), '')
            from indexes
            where relkind = 'r' and conname is not null
            union all
            select 2, relation,
                   case when conname is null then format('drop index %s', index) else format('alter table %s drop constraint %I', relation, conname) end,
                   case when conname is null then replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
                        else format('alter table %s add constraint %I %s', relation, conname, pg_get_constraintdef(constraint_oid)) end
                   || coalesce(format('; comment on index %s is %L', index, obj_description(indexrelid, 'pg_class')), '')
            from indexes
            where relkind = 'p' and not inherited
            union all
            select 3, k.conrelid::regclass::text,
                   format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
                   format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
                   || coalesce(format('; comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, obj_description(k.oid, 'pg_constraint')), '')
            from pg_constraint k
            where k.contype = 'f' and k.conparentid = 0
              and (k.conrelid in (select oid from relations) or k.confrelid in (select oid from relations))
            union all
            select 4, r.relation,
                   format('alter table %s disable trigger %I', r.relation, t.tgname),
                   format('alter table %s enable %s trigger %I', r.relation,
                          case t.tgenabled when 'R' then 'replica' when 'A' then 'always' else '' end, t.tgname)
            from relations r
            join pg_trigger t on t.tgrelid = r.oid
            where not t.tgisinternal and t.tgenabled <> 'D' and t.tgparentid = 0
        )
        select row_number() over (order by phase, relation, create_sql), phase, relation, drop_sql, create_sql
        from found
        """;
}
