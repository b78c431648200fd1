using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Input;

/// <summary>
/// Every routine that a role may call, with every bad value in every place: refused by a named state and a sentence, or answered as
/// promised.
/// </summary>
public sealed class BadInputTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_bad_value_in_any_place_of_any_function_ends_in_an_internal_error()
    {
        await using var database = await OpenAsync();
        var broken = new List<string>();
        var calls = 0;
        foreach (var routine in await GrantedRoutine.AllAsync(database))
        {
            string[] good = [.. routine.Parameters.Select(p => GoodValues.Of(routine, p))];
            for (var place = 0; place < good.Length; place++)
            {
                var parameter = routine.Parameters[place];
                foreach (var bad in BadValues.For(parameter))
                {
                    var outcome = await CallAsync(database, routine, "1", [.. good[..place], bad, .. good[(place + 1)..]]);
                    if (Promise.Of(routine, parameter).Broken(bad, outcome) is { } fault)
                        broken.Add($"{routine.Name}({parameter.Name} := {bad}): {fault}");
                    calls++;
                }
            }
        }

        Assert.Empty(broken);
        Assert.True(calls > 600, $"{calls} calls");
    }

    [Fact]
    public async Task Every_function_answers_good_values_so_that_a_refusal_is_the_bad_values_own()
    {
        await using var database = await OpenAsync();
        foreach (var routine in await GrantedRoutine.AllAsync(database))
        {
            var outcome = await CallAsync(database, routine, "1", [.. routine.Parameters.Select(p => GoodValues.Of(routine, p))]);
            Assert.True(outcome.State is null, $"{routine.Name}: {outcome.State} {outcome.Sentence}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    public async Task A_session_without_a_workspace_that_is_one_gets_nothing_from_a_function_of_a_workspace(string workspace)
    {
        await using var database = await OpenAsync();
        var asked = 0;
        foreach (var routine in (await GrantedRoutine.AllAsync(database))
            .Where(r => r.Parameters.Any(p => p.Name is "p_workspace_id" or "p_events" or "p_sent")))
        {
            var outcome = await CallAsync(database, routine, workspace, [.. routine.Parameters.Select(p => GoodValues.Of(routine, p))]);
            Assert.True(outcome.State == "LH001", $"{routine.Name}: {outcome.State ?? "answered"} {outcome.Sentence}");
            asked++;
        }

        Assert.True(asked > 10, $"{asked} functions");
    }

    [Fact]
    public async Task A_session_of_a_workspace_that_does_not_exist_is_refused_by_name_or_finds_nothing()
    {
        await using var database = await OpenAsync();
        foreach (var routine in (await GrantedRoutine.AllAsync(database)).Where(r => r.Parameters.Any(p => p.Name == "p_workspace_id")))
        {
            var outcome = await CallAsync(
                database, routine, "77", [.. routine.Parameters.Select(
                p => p.Name == "p_workspace_id" ? "77" : GoodValues.Of(routine, p))]);
            Assert.True(outcome.State is null || outcome.State.StartsWith("LH0", StringComparison.Ordinal),
                $"{routine.Name}: {outcome.State} {outcome.Sentence}");
        }
    }

    // Not ours to name: PostgreSQL refuses the value before the function is entered, always in its class of data exceptions.
    [Fact]
    public async Task A_value_of_the_wrong_type_is_a_data_exception_before_the_function_is_entered()
    {
        await using var database = await OpenAsync();
        foreach (var routine in await GrantedRoutine.AllAsync(database))
        {
            for (var place = 0; place < routine.Parameters.Count; place++)
            {
                if (routine.Parameters[place].Type == "text") continue;
                string[] arguments = [.. routine.Parameters.Select(p => GoodValues.Of(routine, p))];
                arguments[place] = "'of another type'";
                var outcome = await CallAsync(database, routine, "1", arguments);
                Assert.True(outcome.State?.StartsWith("22", StringComparison.Ordinal) == true, $"{routine.Call(arguments)}: {outcome}");
            }
        }
    }

    private async Task<TestDatabase> OpenAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(GoodValues.Rows);
        return database;
    }

    private static async Task<Outcome> CallAsync(
        TestDatabase database, GrantedRoutine routine, string workspace, IReadOnlyList<string> arguments)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        // A procedure that commits wants no transaction around it.
        await using var transaction = routine.IsProcedure ? null : await connection.BeginTransactionAsync(Stop);
        try
        {
            await ExecuteAsync(connection, $"set role {routine.Role}; select set_config('app.workspace_id', '{workspace}', false)");
            await ExecuteAsync(connection, routine.Call(arguments));
            return new(null, "");
        }
        catch (PostgresException refused)
        {
            return new(refused.SqlState, refused.MessageText);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
