using LoadHarness.Core.Verdicts;

namespace LoadHarness.Checks.Health;

/// <summary>Ways up to the owner of the schema. Its statements are the migrator's as well, so they are no file of their own.</summary>
internal static class TrustedSchemaCheck
{
    public static HealthCheckDefinition Definition { get; } = new(
        "trusted-schemas", "Strangers in the schema public", "objects", 1, 1, LimitDirection.AtMost,
        $"""
        select 'red' as status, role as subject, 'may create in the schema public: what it creates there can run as lh_owner' as detail,
            format('revoke create on schema public from %s;', case role when 'PUBLIC' then 'public' else quote_ident(role) end) as remedy,
            1 as figure
        from ({Postgres.Migration.TrustedSchemas.CreatorsSql}) as creators (role)
        union all
        select 'red', name, 'is in a schema that the functions look names up in: it can run as lh_owner',
            'Drop it, move it to another schema, or give it to the owner of the database.', 1
        from ({Postgres.Migration.TrustedSchemas.StrangersSql}) as strangers (name)
        """,
        "public.get_job_status()",
        HealthCheckDefinition.NeedsMigration);
}
