using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>The large tables without their indexes, to be filled again and again in two ways.</summary>
internal sealed class CopyComparison : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly SeedJournal _journal;
    private readonly SeedGenerators _generators;
    private readonly SeedLoad _load;
    private readonly ServerSideCopyFiles _files;
    private readonly Dictionary<string, long> _rows = [];

    private CopyComparison(NpgsqlDataSource source, NpgsqlConnection connection, SeedJournal journal, SeedGenerators generators,
        SeedLoad load, ServerSideCopyFiles files) =>
        (_source, _connection, _journal, _generators, _load, _files) = (source, connection, journal, generators, load, files);

    /// <summary>Loads once, which warms everything up, and has the server write the rows to its files.</summary>
    public static async Task<CopyComparison> PrepareAsync(
        NpgsqlDataSource source, SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        var connection = await source.OpenLongAsync(cancellationToken);
        var journal = new SeedJournal(connection);
        await journal.OpenAsync(cancellationToken);
        var generators = new SeedGenerators(request);
        var run = await new SeedStart(connection, journal, new DiskSpace(DiskSpace.FreeBytesOf))
            .BeginAsync(request, generators, progress, cancellationToken);
        if (run.Manifest is not null)
            throw new Core.HarnessException(
                "This database is seeded already, so the load cannot be measured. Give an empty database, or --force to delete its rows "
                    + "and seed it again.");
        if (run.SmallTablesChecksum is null)
            await new SmallTables(connection, journal).FillAsync(generators.Small, cancellationToken);
        var plan = generators.Plan;
        var load = new SeedLoad(source, journal, plan, request.Workers, run.LeadsPerChunk);
        ServerSideCopyFiles files = await ServerSideCopyFiles.InDataDirectoryAsync(connection, request.Workers, cancellationToken);
        CopyComparison stage = new CopyComparison(source, connection, journal, generators, load, files);
        foreach (var table in (await load.LoadAsync(connection, generators, progress, cancellationToken)).Tables)
            stage._rows[table.Table] = table.Rows;
        foreach (var encoder in generators.Large)
            await files.WriteAsync(source, Table(encoder), plan, cancellationToken);
        return stage;
    }

    public async Task<LoadedTables> LoadBySeederAsync(CancellationToken cancellationToken)
    {
        await EmptyAsync(cancellationToken);
        return await _load.LoadAsync(_connection, _generators, SilentProgress.Instance, cancellationToken);
    }

    public async Task<LoadedTables> LoadByServerAsync(CancellationToken cancellationToken)
    {
        await EmptyAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var tables = new List<TableLoad>();
        foreach (var encoder in _generators.Large)
        {
            var tableStarted = Stopwatch.GetTimestamp();
            await _files.ReadAsync(_source, Table(encoder), cancellationToken);
            tables.Add(new(encoder.Table, _rows[encoder.Table], Stopwatch.GetElapsedTime(tableStarted)));
        }

        return new(tables, [], Stopwatch.GetElapsedTime(started));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var encoder in _generators.Large)
            await _files.RemoveAsync(_source, Table(encoder));
        await _journal.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static CopyTable Table(IRowEncoder encoder) =>
        new(encoder.Table, string.Join(", ", encoder.Columns.Select(column => column.Name)), encoder.Table == "leads" ? "id" : "lead_id");

    // A checkpoint before each load, so that none pays for the writes of the one before.
    private async Task EmptyAsync(CancellationToken cancellationToken)
    {
        await _connection.ExecuteAsync($"truncate {string.Join(", ", _generators.Tables)}, loadharness.seed_chunk", cancellationToken);
        if (await _connection.ScalarAsync<bool>("select rolsuper from pg_roles where rolname = current_user", cancellationToken))
            await _connection.ExecuteAsync("checkpoint", cancellationToken);
    }
}
