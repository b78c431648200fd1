using LoadHarness.Checks.Verification;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Distribution;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>What a server is to a cluster, told from the catalog that Citus has.</summary>
public sealed class ClusterShapeTests(PostgresCluster cluster)
{
    private const string Spread = "insert into pg_dist_partition values ('leads'); insert into pg_dist_shard values ('leads', 7);";

    private static readonly (string What, string Rows, VerdictKind Expected)[] Servers =
    [
        ("no node", "insert into pg_dist_local_group values (0)", VerdictKind.Missed),
        ("nothing spread", "insert into pg_dist_local_group values (0); insert into pg_dist_node values (1)", VerdictKind.Missed),
        ("another table", "insert into pg_dist_local_group values (0); insert into pg_dist_node values (1); "
            + "insert into pg_dist_partition values ('users'); insert into pg_dist_shard values ('users', 7); "
            + "insert into pg_dist_placement values (7, 1)", VerdictKind.Missed),
        ("the coordinator alone", "insert into pg_dist_local_group values (0); insert into pg_dist_node values (0);"
            + $"{Spread} insert into pg_dist_placement values (7, 0)", VerdictKind.Missed),
        ("a worker", "insert into pg_dist_local_group values (1); insert into pg_dist_node values (1);"
            + $"{Spread} insert into pg_dist_placement values (7, 1)", VerdictKind.Missed),
        ("a worker that is gone", "insert into pg_dist_local_group values (0); insert into pg_dist_node values (1, false);"
            + $"{Spread} insert into pg_dist_placement values (7, 1)", VerdictKind.Missed),
        ("a coordinator", "insert into pg_dist_local_group values (0); insert into pg_dist_node values (1);"
            + $"{Spread} insert into pg_dist_placement values (7, 1)", VerdictKind.Met),
    ];

    [Fact]
    public async Task Roles_that_log_in_are_right_on_a_coordinator_whose_workers_hold_the_schema_alone()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(PretendedCluster.Catalog);
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var check = SqlCheck.Shipped.Single(shipped => shipped.Id == "SV-2");
        // Not by altering the roles: they are those of all tests.
        var loggingIn = check with { Sql = check.Sql.Replace("rolcanlogin", "true", StringComparison.Ordinal) };
        foreach (var (what, rows, expected) in Servers)
        {
            await database.Owner.ExecuteAsync(
                "truncate pg_dist_node, pg_dist_partition, pg_dist_shard, pg_dist_placement, pg_dist_local_group");
            await database.Owner.ExecuteAsync(rows);
            var shape = await ClusterShape.ReadAsync(connection, TestContext.Current.CancellationToken);
            var verdict = await CheckRunner.RunAsync(connection, check, shape, TestContext.Current.CancellationToken);
            Assert.Equal(VerdictKind.Met, verdict.Kind);
            verdict = await CheckRunner.RunAsync(connection, loggingIn, shape, TestContext.Current.CancellationToken);
            Assert.True(verdict.Kind == expected, $"{what}: {verdict.Kind} {verdict.Evidence}");
        }
    }
}
