using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Input;

/// <summary>A function or procedure that some role of ours may call, as the catalog has it.</summary>
/// <param name="Role">One of the roles that may.</param>
internal sealed record GrantedRoutine(string Name, bool IsProcedure, string Role, IReadOnlyList<RoutineParameter> Parameters)
{
    public static async Task<IReadOnlyList<GrantedRoutine>> AllAsync(TestDatabase database)
    {
        await using var command = database.Owner.CreateCommand(
            """
            select p.proname, p.prokind = 'p', r.rolname, coalesce(p.proargnames[1:p.pronargs], '{}'),
                   array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, n) order by n)
            from pg_proc p
            cross join lateral (
                select rolname from unnest(array['lh_app', 'lh_worker', 'lh_readonly']) as rolname
                where has_function_privilege(rolname, p.oid, 'execute') limit 1) r
            where p.pronamespace = 'public'::regnamespace
              and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
            order by p.proname, p.pronargs
            """);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var routines = new List<GrantedRoutine>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var parameters = reader.GetFieldValue<string[]>(3)
                .Zip(reader.GetFieldValue<string[]>(4), (name, type) => new RoutineParameter(name, type));
            routines.Add(new(reader.GetString(0), reader.GetBoolean(1), reader.GetString(2), [.. parameters]));
        }

        return routines;
    }

    /// <summary>The call with each argument by its position, as SQL.</summary>
    public string Call(IEnumerable<string> arguments)
    {
        var list = string.Join(", ", arguments.Zip(Parameters, (value, parameter) => $"({value})::{parameter.Type}"));
        return IsProcedure ? $"call {Name}({list})" : $"select count(*) from {Name}({list})";
    }
}

/// <param name="Type">As SQL writes it.</param>
internal sealed record RoutineParameter(string Name, string Type);
