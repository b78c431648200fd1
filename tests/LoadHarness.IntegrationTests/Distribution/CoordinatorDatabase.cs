using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>
/// The database that LOADHARNESS_CITUS names: of a coordinator with workers, for these tests alone. It is migrated and seeded once.
/// </summary>
public sealed class CoordinatorDatabase : IAsyncLifetime
{
    public const string Variable = "LOADHARNESS_CITUS";

    public static SeedRequest Request { get; } = new(2_000, 42, 2)
    {
        SeededAtMonth = new DateOnly(2026, 10, 1),
        LeadsPerChunk = 500,
        Replace = true,
        ReplaceForeignRows = true,
    };

    /// <summary>Skips the test where there is no coordinator.</summary>
    public static string ConnectionString
    {
        get
        {
            var given = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(string.IsNullOrEmpty(given),
                $"{Variable} names no coordinator: give a connection string to a database of one with workers, whose rows may be deleted.");
            return given!;
        }
    }

    public NpgsqlDataSource Owner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))) return;
        Owner = NpgsqlDataSource.Create(ConnectionString);
        await new Migrator(Owner).BuildAsync(SilentProgress.Instance, CancellationToken.None);
        await SeedAnewAsync(CancellationToken.None);
    }

    /// <summary>Deletes what tests and earlier runs brought, and seeds again.</summary>
    public async Task SeedAnewAsync(CancellationToken cancellationToken)
    {
        await Owner.ExecuteAsync(
            "do $$ begin if to_regclass('loadharness.seed_run') is not null then truncate loadharness.seed_run; end if; end $$");
        await new Seeder(Owner).SeedAsync(Request, SilentProgress.Instance, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Owner is not null) await Owner.DisposeAsync();
    }
}
