using LoadHarness.Postgres.Copying;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>The rows of one import on their way into staging: a COPY in a transaction of its own. Disposed before it is committed, it stages none.</summary>
internal sealed class StagingCopy : IAsyncDisposable
{
    private const string CopyRows =
        "copy lead_import_rows (import_id, row_number, email, name, phone, company, position, source, tags, custom_fields) from stdin (format binary)";

    private const short Columns = 10;

    private readonly long _import;
    private readonly CopyBuffer _buffer = new();
    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;
    private BinaryCopy? _copy;

    private StagingCopy(long import, NpgsqlConnection connection) => (_import, _connection) = (import, connection);

    public static async Task<StagingCopy> BeginAsync(TenantDatabase app, long import, CancellationToken stop)
    {
        var staging = new StagingCopy(import, await app.ConnectAsync(stop).ConfigureAwait(false));
        try
        {
            staging._transaction = await staging._connection.BeginTransactionAsync(stop).ConfigureAwait(false);
            await app.BecomeTenantAsync(staging._connection, CopyRows, stop).ConfigureAwait(false);
            staging._copy = await BinaryCopy.BeginAsync(staging._connection, CopyRows, staging._buffer, stop).ConfigureAwait(false);
            return staging;
        }
        catch
        {
            await staging.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask AddAsync(long number, ImportRow row, CancellationToken stop)
    {
        if (!_buffer.HasRoom) await _copy!.SendAsync(stop).ConfigureAwait(false);
        Encode(number, row);
    }

    public async Task CommitAsync(CancellationToken stop)
    {
        await _copy!.CompleteAsync(stop).ConfigureAwait(false);
        await _transaction!.CommitAsync(stop).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_copy is not null) await _copy.DisposeAsync().ConfigureAwait(false);
        if (_transaction is not null) await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Encode(long number, ImportRow row)
    {
        _buffer.BeginRow(Columns);
        _buffer.Int64(_import);
        _buffer.Int64(number);
        foreach (var text in (ReadOnlySpan<string?>)[row.Email, row.Name, row.Phone, row.Company, row.Position, row.Source]) _buffer.TextOrNull(text);
        var tags = _buffer.BeginTextArray(row.Tags.Length);
        foreach (var tag in row.Tags) _buffer.TextOrNull(tag);
        _buffer.EndField(tags);
        var custom = _buffer.BeginJson();
        _buffer.Raw(row.CustomFields);
        _buffer.EndField(custom);
    }
}
