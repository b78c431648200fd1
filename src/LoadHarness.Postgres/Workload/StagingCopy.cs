using LoadHarness.Postgres.Copying;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// The rows of one import on their way into staging: a COPY in a transaction of its own. Disposed before it is committed, it stages none.
/// </summary>
internal sealed class StagingCopy : IAsyncDisposable
{
    private const string CopyRows =
        """
        copy lead_import_rows (import_id, row_number, email, name, phone, company, position, source, status, tags, custom_fields,
            refused)
        from stdin (format binary)
        """;

    private const short Columns = 12;

    private readonly long _import;
    private readonly CopyBuffer _buffer = new();
    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;
    private BinaryCopy? _copy;

    private StagingCopy(long import, NpgsqlConnection connection) => (_import, _connection) = (import, connection);

    public static async Task<StagingCopy> BeginAsync(TenantDatabase app, long import, CancellationToken cancellationToken)
    {
        var staging = new StagingCopy(import, await app.ConnectAsync(cancellationToken));
        try
        {
            staging._transaction = await staging._connection.BeginTransactionAsync(cancellationToken);
            await app.BecomeTenantAsync(staging._connection, CopyRows, cancellationToken);
            staging._copy = await BinaryCopy.BeginAsync(staging._connection, CopyRows, staging._buffer, cancellationToken);
            return staging;
        }
        catch
        {
            await staging.DisposeAsync();
            throw;
        }
    }

    public async ValueTask AddAsync(long number, ImportRow row, CancellationToken cancellationToken)
    {
        if (!_buffer.HasRoom) await _copy!.SendAsync(cancellationToken);
        Encode(number, row);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _copy!.CompleteAsync(cancellationToken);
        await _transaction!.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_copy is not null) await _copy.DisposeAsync();
        if (_transaction is not null) await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private void Encode(long number, ImportRow row)
    {
        _buffer.BeginRow(Columns);
        _buffer.Number(_import);
        _buffer.Number(number);
        if (FaultOf(row) is { } fault)
        {
            // Staged all the same, with its reason: a row that cannot be sent is one row of the file.
            _buffer.TextOrNull(UnreadableText.Replaced(row.Email));
            for (var column = 4; column < Columns; column++) _buffer.Null();
            _buffer.TextOrNull(fault);
            return;
        }

        foreach (var text in (ReadOnlySpan<string?>)[row.Email, row.Name, row.Phone, row.Company, row.Position, row.Source, row.Status])
            _buffer.TextOrNull(text);
        Tags(row.Tags);
        _buffer.TextOrNull(row.CustomFields);
        _buffer.Null();
    }

    private static string? FaultOf(ImportRow row)
    {
        ReadOnlySpan<(string Name, string? Text)> cells =
        [
            ("e-mail", row.Email), ("name", row.Name), ("phone", row.Phone), ("company", row.Company), ("position", row.Position),
                ("source", row.Source),
            ("status", row.Status), ("custom_fields", row.CustomFields),
        ];
        foreach (var (name, text) in cells)
        {
            if (UnreadableText.FaultOf(text) is { } fault) return $"the {name} {fault}";
        }

        foreach (var tag in row.Tags)
        {
            if (UnreadableText.FaultOf(tag) is { } fault) return $"a tag {fault}";
        }

        return null;
    }

    // As PostgreSQL writes a list: {"a","b"}.
    private void Tags(string?[] tags)
    {
        var field = _buffer.BeginField();
        _buffer.Byte((byte)'{');
        for (var i = 0; i < tags.Length; i++)
        {
            if (i > 0) _buffer.Byte((byte)',');
            if (tags[i] is not { } tag)
            {
                _buffer.Raw("NULL"u8);
                continue;
            }

            _buffer.Byte((byte)'"');
            _buffer.Raw(tag.AsSpan().ContainsAny('"', '\\') ? tag.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal) : tag);
            _buffer.Byte((byte)'"');
        }

        _buffer.Byte((byte)'}');
        _buffer.EndField(field);
    }
}
