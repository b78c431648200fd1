using LoadHarness.Checks.Health;
using LoadHarness.Checks.Verification;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>A question without an answer costs its own line alone, and says so; the others are asked.</summary>
public sealed class UnansweredTests(PostgresCluster cluster)
{
    private const int Seconds = 1;

    private const string Sleep = "select pg_sleep(600)";

    // As the server does it for statement_timeout and for an administrator, without the wait.
    private const string Cancelled = "select pg_cancel_backend(pg_backend_pid()), pg_sleep(600)";

    /// <summary>
    /// Milliseconds in which the driver's cancellation is to be answered. With -1 it asks for none and ends the session, as it does where
    /// the server is too busy for that.
    /// </summary>
    public static TheoryData<string, int> Ways => new() { { Sleep, 2_000 }, { Sleep, -1 }, { Cancelled, 2_000 } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Health_goes_on_with_the_next_check(string statement, int cancellationTimeout)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var source = Source(database, cancellationTimeout);
        await using var connection = await source.OpenConnectionAsync(Stop);
        var asked = HealthCatalog.Of("KM-3") with { Requires = null, Patience = TimeSpan.FromSeconds(Seconds) };
        var slow = asked with
        {
            Id = "slow",
            Sql = $"select 'green' as status, 'a' as subject, s::text as detail, null as remedy, 0 as figure from ({statement}) s",
        };

        var report = await HealthCheck.AllAsync(connection, [slow, asked], spread: false, SilentProgress.Instance, Stop);

        Assert.Equal(["slow", "KM-3"], report.Checks.Select(check => check.Id));
        Assert.Equal((HealthStatus.Unknown, true, false), (report.Checks[0].Status, report.Checks[0].Unanswered, report.Checks[0].Refused));
        Assert.Contains("no answer", report.Checks[0].Evidence, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Inconclusive, report.Checks[0].ToVerdict().Kind);
        Assert.Equal(HealthStatus.Green, report.Checks[1].Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Verify_leaves_the_requirement_undecided_and_goes_on_with_the_next(string statement, int cancellationTimeout)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var source = Source(database, cancellationTimeout);
        await using var connection = await source.OpenConnectionAsync(Stop);
        var shape = await ClusterShape.ReadAsync(connection, Stop);
        var next = SqlCheck.Shipped.Single(check => check.Id == "SV-2");
        foreach (var slow in (SqlCheck[])[
            new("slow", $"select 'met', 'it is', null, null, '' from ({statement}) s", [], null, null, false) { TimeoutSeconds = Seconds },
            new("slow setup", "select 'met', 'it is', null, null, ''", [statement], null, null, false) { TimeoutSeconds = Seconds }])
        {
            var verdict = await CheckRunner.RunAsync(connection, slow, shape, Stop);
            Assert.True(verdict.Kind == VerdictKind.Inconclusive, $"{slow.Id}: {verdict.Kind} {verdict.Evidence}");
            Assert.Equal(VerdictKind.Met, (await CheckRunner.RunAsync(connection, next, shape, Stop)).Kind);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_function_without_an_answer_is_named_and_not_called_wrong(string statement, int cancellationTimeout)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var source = Source(database, cancellationTimeout);
        await using var connection = await source.OpenConnectionAsync(Stop);
        var answers = FunctionCalls.All.Select(call => call.AskedBy).OfType<string>().Distinct()
            .ToDictionary(id => id, id => Verdict.Looked(id, "", met: true, "asked"));
        FunctionCall[] calls = [new("pg_sleep(double precision)", [statement]), .. FunctionCalls.All];
        // Where the session ends, no other function is called; the others have time for their work.
        var patience = cancellationTimeout < 0 ? Seconds : 10 * Seconds;

        var verdict = await FunctionExercise.RunAsync(connection, calls, answers, distributed: false, Stop, patience);

        Assert.True(verdict.Kind == VerdictKind.Inconclusive, $"{verdict.Kind} {verdict.Evidence}");
        Assert.StartsWith("pg_sleep(double precision)", verdict.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain(';', verdict.Evidence);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_review_tells_the_section_as_unavailable(string statement, int cancellationTimeout)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var source = Source(database, cancellationTimeout);

        var sections = await Review.ReadAsync(source, [Part("slow", statement), Part("next", "select 1 as one")], Stop, Seconds);

        Assert.Equal(["unavailable", "one"], sections.Select(section => section.Columns[0]));
        Assert.Equal(VerdictKind.Inconclusive, (await OperatingCheck.ReviewAsync("OP-1", Task.FromResult(sections))).Kind);
    }

    [Fact]
    public async Task A_section_that_the_login_may_not_see_costs_no_other()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);

        var sections = await Review.ReadAsync(
            database.As("lh_readonly"), [Part("secret", "select rolpassword from pg_authid"), Part("next", "select 1 as one")], Stop);

        Assert.Equal(["unavailable", "one"], sections.Select(section => section.Columns[0]));
        Assert.Contains("42501", sections[0].Rows[0][0], StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Missed, (await OperatingCheck.ReviewAsync("OP-1", Task.FromResult(sections))).Kind);
    }

    private static SqlEntry Part(string title, string sql) =>
        new(title, new Dictionary<string, string>(), new Dictionary<string, string>(), [sql]);

    private static NpgsqlDataSource Source(TestDatabase database, int cancellationTimeout) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            CancellationTimeout = cancellationTimeout,
        }.ConnectionString);
}
