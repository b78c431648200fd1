using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>One arm at work: its own server on its own copy of a filled cluster.</summary>
public abstract class ArmServer : IAsyncDisposable
{
    private protected ArmServer(
        string name, ArmSpecification specification, Database database, string schemaChecksum, PlantedFault? planted)
    {
        (Name, Specification, Database, Planted) = (name, specification, database, planted);
        Admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        // A run records some settings; what this arm was asked for is known besides.
        var settings = new Dictionary<string, string>(database.Server.Settings);
        foreach (var (setting, value) in specification.Settings) settings[setting] = value;
        Facts = new(database.Server.Version, settings, schemaChecksum) { FileSystem = database.Server.FileSystem };
    }

    /// <summary>A or B.</summary>
    public string Name { get; }

    public ArmSpecification Specification { get; }

    public Database Database { get; }

    public NpgsqlDataSource Admin { get; }

    public ArmServerFacts Facts { get; }

    /// <summary>The fault that this arm was given; null for none.</summary>
    public PlantedFault? Planted { get; }

    /// <summary>Operations that the server refuses before any is called.</summary>
    internal virtual Task<IReadOnlyList<OperationFault>> RefusedAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OperationFault>>([]);

    internal abstract Task<IArmBench> OpenBenchAsync(ComparisonPlan plan, BenchUse use, CancellationToken cancellationToken);

    /// <summary>The plans of the statements under test, with those inside functions.</summary>
    internal abstract Task<IReadOnlyList<QueryPlan>> PlansAsync(ComparisonPlan plan, CancellationToken cancellationToken);

    /// <summary>CPU time that the server's processes have used since the start; null where they cannot be read.</summary>
    public TimeSpan? CpuTime() => new ServerProcesses(Database.ServerProcessId).Read()?.Cpu;

    public virtual async ValueTask DisposeAsync()
    {
        await Admin.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
