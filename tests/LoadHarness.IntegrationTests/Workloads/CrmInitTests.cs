using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.IntegrationTests.Observation;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Scenarios;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Initial;
using Npgsql;

namespace LoadHarness.IntegrationTests.Workloads;

/// <summary>
/// <c>workload init</c> on a database that is none of a textbook: row security, functions, partitioned tables, statements of an
/// application's role.
/// </summary>
public sealed class CrmInitTests(SeededLoad crm) : IClassFixture<SeededLoad>
{
    private static readonly string[] Written =
    [
        "insert into lead_activities (workspace_id, lead_id, activity_type) values ($1, $2, 'email_opened')",
        "update leads set company = $3 where workspace_id = $1 and id = $2",
        "select status, count(*) from email_sends where workspace_id = $1 and created_at > now() - interval '90 days' group by status",
    ];

    [Fact]
    public async Task A_workload_of_what_the_crm_s_application_sent_runs_as_the_application()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var owner = crm.Database.Owner;
        await owner.ExecuteAsync("create extension if not exists pg_stat_statements");
        // Of this database alone: other tests read the same list.
        await owner.ExecuteAsync("select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)");
        await SendAsync();
        var settings = $"-c app.workspace_id={crm.Seed.PrimaryWorkspaceId}";

        // The application's login, which may read what all others sent.
        await owner.ExecuteAsync("create role lh_init_test in role lh_app, pg_read_all_stats");
        var (operations, leftOut) = await ReadAsync($"-c role=lh_init_test {settings}");

        // Every statement of the files, and those that write to partitioned tables; what cannot run as it stands is named.
        var names = operations.Select(operation => operation.Name).ToHashSet();
        foreach (var name in (string[])["select_leads", "select_search_leads_optimized", "insert_lead_activities", "update_leads",
            "select_email_sends"])
            Assert.True(names.Contains(name), $"{name} is not among {string.Join(", ", names)}; {string.Join('\n', leftOut)}");
        Assert.DoesNotContain("select", names);

        using var folder = new Folder();
        new FirstWorkload("crm", "", operations, 2, TimeSpan.FromSeconds(1)).Write(folder.Path);
        var workload = WorkloadCatalog.Find(folder.Path, out var faults);
        Assert.Empty(faults);
        await using var run = await WorkloadRun.PrepareAsync(workload!, As($"-c role=lh_app {settings}"), 1, cancellationToken);
        Assert.All(await run.TryAsync(1, cancellationToken), trial => Assert.Null(trial.Fault));
        using var clock = new SystemLoadClock();
        var result = Assert.Single(await new LoadRunner(clock, new()).RunAsync(run.BuildForUsers(["load"], 2), null, cancellationToken));
        Assert.Equal("", string.Join('\n', result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message)));
        Assert.True(result.Accounting.Completed > 0);
    }

    private async Task<(IReadOnlyList<FirstOperation> Operations, IReadOnlyList<string> LeftOut)> ReadAsync(string options)
    {
        try
        {
            return await CountedWorkload.ReadAsync(As(options), 40, 1, TestContext.Current.CancellationToken);
        }
        finally
        {
            await crm.Database.Owner.ExecuteAsync("drop role lh_init_test");
        }
    }

    private string As(string options) =>
        new NpgsqlConnectionStringBuilder(crm.Database.ConnectionString) { Options = options }.ConnectionString;

    private async Task SendAsync()
    {
        await using (var environment = crm.Bench())
        {
            foreach (var scenario in (IHarnessScenario[])
                [ScenarioCatalog.LeadQueries, ScenarioCatalog.LeadSearch, ScenarioCatalog.Segmentation])
                await SeededLoad.RunAsync(scenario.Build(environment));
        }

        await using var application = await crm.Database.As("lh_app").OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var statement in Written)
        {
            await using var transaction = await application.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var batch = new NpgsqlBatch(application)
            {
                BatchCommands =
                {
                    new("select set_config('app.workspace_id', $1, true)")
                    {
                        Parameters = { new() { Value = $"{crm.Seed.PrimaryWorkspaceId}" } },
                    },
                    new(statement),
                },
            };
            object[] values = [crm.Seed.PrimaryWorkspaceId, 17L, "Example Ltd"];
            foreach (var value in values.Take(statement.Split('$').Length - 1))
                batch.BatchCommands[1].Parameters.Add(new() { Value = value });
            await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("loadharness-test-");

        public string Path => System.IO.Path.Combine(_directory.FullName, "w");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
