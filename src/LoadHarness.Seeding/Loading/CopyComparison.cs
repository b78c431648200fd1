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
    private readonly IStageProgress _progress;
    private readonly Dictionary<string, long> _rows = [];

    private CopyComparison(NpgsqlDataSource source, NpgsqlConnection connection, SeedJournal journal, SeedGenerators generators,
        SeedLoad load, ServerSideCopyFiles files, IStageProgress progress) =>
        (_source, _connection, _journal, _generators, _load, _files, _progress) =
            (source, connection, journal, generators, load, files, progress);

    /// <summary>Loads once, which warms everything up, and has the server write the rows to its files.</summary>
    public static async Task<CopyComparison> PrepareAsync(
        NpgsqlDataSource source, SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        var connection = await source.OpenLongAsync(cancellationToken);
        var journal = new SeedJournal(connection);
        CopyComparison? stage = null;
        try
        {
            stage = await BeginAsync(source, connection, journal, request, progress, cancellationToken);
            await stage.LoadAndWriteAsync(cancellationToken);
            return stage;
        }
        catch
        {
            // Nobody else has it yet, and the server's files are as large as the tables.
            if (stage is not null) await stage.DisposeAsync();
            else await CloseAsync(journal, connection);
            throw;
        }
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
        var left = await _files.RemoveAsync(_source);
        if (left.Count > 0)
            _progress.Note($"Files on the server may hold rows still. Delete them there: {string.Join(", ", left)}.");
        await CloseAsync(_journal, _connection);
    }

    private static async Task<CopyComparison> BeginAsync(
        NpgsqlDataSource source, NpgsqlConnection connection, SeedJournal journal, SeedRequest request, IStageProgress progress,
        CancellationToken cancellationToken)
    {
        await journal.OpenAsync(cancellationToken);
        var (run, generators) = await new SeedStart(connection, journal, new DiskSpace(DiskSpace.FreeBytesOf))
            .BeginAsync(request, progress, cancellationToken);
        if (run.Manifest is not null)
            throw new Core.HarnessException(
                "This database is seeded already, so the load cannot be measured. Give an empty database, or --force to delete its rows "
                    + "and seed it again.");
        if (run.SmallTablesChecksum is null)
            await new SmallTables(connection, journal).FillAsync(generators.Small, cancellationToken);
        var load = new SeedLoad(source, journal, generators.Plan, request.Workers, run.LeadsPerChunk);
        var files = await ServerSideCopyFiles.InDataDirectoryAsync(connection, request.Workers, cancellationToken);
        return new(source, connection, journal, generators, load, files, progress);
    }

    private async Task LoadAndWriteAsync(CancellationToken cancellationToken)
    {
        foreach (var table in (await _load.LoadAsync(_connection, _generators, _progress, cancellationToken)).Tables)
            _rows[table.Table] = table.Rows;
        foreach (var encoder in _generators.Large)
            await _files.WriteAsync(_source, Table(encoder), _generators.Plan, cancellationToken);
    }

    private static async Task CloseAsync(SeedJournal journal, NpgsqlConnection connection)
    {
        try
        {
            await journal.DisposeAsync();
        }
        finally
        {
            await connection.DisposeAsync();
        }
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
