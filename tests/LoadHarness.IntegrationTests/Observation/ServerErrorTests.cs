using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using Npgsql;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>What a real server refuses reaches the figures with its SQLSTATE and its words.</summary>
public sealed class ServerErrorTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Refusals_of_the_server_are_counted_by_their_code()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        using var clock = new SystemLoadClock();
        var scenario = Scenario.Create("s", async context =>
        {
            var slow = context.InvocationNumber % 3 < 2;
            await using var command = database.Owner.CreateCommand(
                slow ? "set statement_timeout = 20; select pg_sleep(5)" : "select 1 / 0");
            await command.ExecuteNonQueryAsync(context.CancellationToken);
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(1, 6));

        var result = Assert.Single(await new LoadRunner(clock, new()).RunAsync([scenario], null, TestContext.Current.CancellationToken));

        Assert.Equal(
            [new("canceling statement due to statement timeout", 4, PostgresErrorCodes.QueryCanceled),
                new("division by zero", 2, PostgresErrorCodes.DivisionByZero)],
            result.Operations[0].Errors.OrderBy(error => error.Message, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_login_that_the_server_refuses_is_counted_by_its_code_too()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var nobody = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Username = "nobody_at_all",
            Pooling = false,
        }.ConnectionString);
        using var clock = new SystemLoadClock();
        var scenario = Scenario.Create("s", async context =>
        {
            await using var connection = await nobody.OpenConnectionAsync(context.CancellationToken);
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(1, 1));

        var result = Assert.Single(await new LoadRunner(clock, new()).RunAsync([scenario], null, TestContext.Current.CancellationToken));

        Assert.StartsWith("28", Assert.Single(result.Operations[0].Errors).Code, StringComparison.Ordinal);
    }
}
