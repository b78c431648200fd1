namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>
/// What the catalog must not hold if tables are to be distributed by workspace: each line that the question answers breaks it.
/// </summary>
/// <param name="Plant">Statements that break the rule.</param>
public sealed record CatalogRule(string Name, string Question, string Plant)
{
    /// <summary>Tables of tenants, with the number of the column that is the workspace.</summary>
    private const string Tenants =
        """
        with tenants as (
            select c.oid, c.relname, c.reltype, c.relpersistence, a.attnum, a.attnotnull
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
                and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        )

        """;

    public static IReadOnlyList<CatalogRule> All { get; } =
    [
        new("each unique or excluding index holds the workspace",
            Tenants + """
            select i.indexrelid::regclass from tenants t join pg_index i on i.indrelid = t.oid
            where (i.indisunique or i.indisexclusion) and not t.attnum = any (i.indkey::int2[])
            """,
            "create unique index planted on campaigns (name)"),
        new("each foreign key between tenants' tables holds the workspace on both sides",
            Tenants + """
            select k.conname from pg_constraint k
            join tenants t on t.oid = k.conrelid
            join tenants o on o.oid = k.confrelid
            where k.contype = 'f' and not exists (
                select from unnest(k.conkey, k.confkey) as c (own, other) where c.own = t.attnum and c.other = o.attnum)
            """,
            "create unique index planted on webhooks (id); alter table webhook_logs add foreign key (webhook_id) references webhooks (id)"),
        new("no other table refers to a tenant's",
            Tenants + """
            select k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid
            where k.contype = 'f' and k.confrelid in (select oid from tenants) and k.conrelid not in (select oid from tenants)
              and c.relkind in ('r', 'p') and not c.relispartition
            """,
            "create table planted (id bigint primary key references workspaces (id))"),
        new("each tenant's row has a workspace",
            Tenants + "select relname from tenants where not attnotnull",
            "alter table lead_import_rejects drop constraint lead_import_rejects_pkey, alter column workspace_id drop not null"),
        new("no policy asks a subquery",
            """
            select polrelid::regclass || '.' || polname from pg_policy
            where polqual::text like '%{SUBLINK%' or polwithcheck::text like '%{SUBLINK%'
            """,
            "create policy planted on leads using (exists (select from workspaces w where w.id = workspace_id))"),
        new("no trigger of a tenant's table has a transition table",
            Tenants + "select tgname from pg_trigger where tgrelid in (select oid from tenants) "
                + "and (tgoldtable is not null or tgnewtable is not null)",
            """
            create trigger planted after delete on leads referencing old table as gone
            for each statement execute function audit_lead_deletion()
            """),
        new("a trigger that tells its table's name has it as an argument",
            Tenants + """
            select t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
            where t.tgrelid in (select oid from tenants)
              and not t.tgisinternal
              and p.prosrc ~* 'tg_(table_name|relname|relid)'
              and t.tgnargs = 0
            """,
            "create trigger planted after update on webhook_logs for each row execute function audit_row_change()"),
        new("a staging table that is not logged has a primary key",
            Tenants + """
            select relname from tenants where relpersistence = 'u' and not exists (
                select from pg_index i where i.indrelid = tenants.oid and i.indisprimary)
            """,
            "create unlogged table planted (workspace_id bigint not null, line text)"),
        new("no function takes a whole row of a tenant's table",
            Tenants + """
            select p.oid::regprocedure from pg_proc p
            where p.pronamespace = 'public'::regnamespace and p.proargtypes::oid[] && array(select reltype from tenants)
            """,
            "create function planted(p_lead leads) returns text language sql return p_lead.email"),
        new("every table is a tenant's, everybody's, or the coordinator's own",
            Tenants + """
            select c.oid::regclass from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and c.oid not in (select oid from tenants)
              and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
              and c.relname not in ('users', 'scheduled_jobs', 'job_runs', 'analytics_refreshes', 'database_snapshots',
                                    'table_size_history', 'setting_history', 'retention_policies')
            """,
            "create table planted (id bigint primary key, lead_id bigint)"),
    ];

    public override string ToString() => Name;
}
