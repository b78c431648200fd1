using LoadHarness.Checks.Health;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Jobs;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>A fault is injected, found with what offends, fixed by the statement that the check names, and seen gone.</summary>
internal static class FaultFinding
{
    /// <summary>As many as a slow machine needs: a fault that is there ends the wait at the first look.</summary>
    private const int MostLooks = 200;

    /// <summary>What the program's own verb does with the name behind it.</summary>
    private const string RunJob = "loadharness jobs run --job ";

    /// <summary>One check alone; on a cluster, whose checks ask the workers as well, among all others.</summary>
    public static async Task<HealthResult> LookAsync(NpgsqlDataSource source, string check, HealthLimits? limits = null)
    {
        var stop = TestContext.Current.CancellationToken;
        await using (var connection = await source.OpenConnectionAsync(stop))
        {
            if ((await ClusterShape.ReadAsync(connection, stop)).Holders > 0)
                return (await HealthCheck.RunAsync(source, SilentProgress.Instance, stop, limits)).Checks.Single(c => c.Id == check);
        }

        var definition = HealthCatalog.All.Single(one => one.Id == check);
        return await HealthCheck.OneAsync(source, limits?.On(definition) ?? definition, stop);
    }

    /// <summary>The finding on the subject. Statistics come late: waits for them.</summary>
    public static async Task<HealthFinding> FindAsync(
        NpgsqlDataSource source, string check, HealthStatus status, string subject, HealthLimits? limits = null)
    {
        var result = await UntilAsync(source, check, r => Offending(r, subject) is { } f && f.Status == status, limits);
        var found = Offending(result, subject);
        Assert.True(found?.Status == status, $"{check} says {result.Status}: {result.Evidence}; expected {status} on {subject}");
        Assert.Equal(status, result.Status);
        return found!;
    }

    /// <summary>Runs the finding's own remedy, word for word, and sees the subject in order.</summary>
    public static async Task FixAsync(NpgsqlDataSource source, string check, HealthFinding finding, HealthLimits? limits = null)
    {
        Assert.NotNull(finding.Remedy);
        if (finding.Remedy.StartsWith(RunJob, StringComparison.Ordinal))
        {
            var ran = await new JobRunner(source, TimeProvider.System).RunAsync(
                new JobSelection(Name: finding.Remedy[RunJob.Length..]), SilentProgress.Instance, TestContext.Current.CancellationToken);
            Assert.Equal(JobStatus.Succeeded, Assert.Single(ran).Status);
        }
        else await source.ExecuteAsync(finding.Remedy);
        await AssertGoneAsync(source, check, finding.Subject, limits);
    }

    public static async Task AssertGoneAsync(NpgsqlDataSource source, string check, string subject, HealthLimits? limits = null)
    {
        var result = await UntilAsync(source, check, r => Offending(r, subject) is null, limits);
        Assert.True(Offending(result, subject) is null, $"{check} still says {result.Status}: {result.Evidence}");
    }

    /// <summary>Injects, finds and fixes in a database of its own, where the subject is in order before.</summary>
    public static async Task InjectFindAndFixAsync(
        PostgresCluster cluster, string check, HealthStatus status, string subject, string fault, HealthLimits? limits = null)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        Assert.Null(Offending(await LookAsync(database.Owner, check, limits), subject));
        await database.Owner.ExecuteAsync(fault);
        await FixAsync(database.Owner, check, await FindAsync(database.Owner, check, status, subject, limits), limits);
    }

    private static HealthFinding? Offending(HealthResult result, string subject) =>
        result.Findings.FirstOrDefault(
            f => f.Subject.Contains(subject, StringComparison.Ordinal) && f.Status is HealthStatus.Yellow or HealthStatus.Red);

    private static async Task<HealthResult> UntilAsync(
        NpgsqlDataSource source, string check, Func<HealthResult, bool> settled, HealthLimits? limits)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await LookAsync(source, check, limits);
            if (settled(result) || attempt == MostLooks) return result;
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
    }
}
