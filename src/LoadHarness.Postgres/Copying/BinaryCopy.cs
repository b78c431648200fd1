using Npgsql;

namespace LoadHarness.Postgres.Copying;

/// <summary>
/// One COPY in PostgreSQL's binary format. Disposed before it is complete it is abandoned: the server keeps no row of it.
/// </summary>
public sealed class BinaryCopy : IAsyncDisposable
{
    private readonly NpgsqlRawCopyStream _stream;
    private readonly CopyBuffer _buffer;
    private bool _ended;

    private BinaryCopy(NpgsqlRawCopyStream stream, CopyBuffer buffer) => (_stream, _buffer) = (stream, buffer);

    /// <param name="buffer">Emptied; the rows are written into it, and sent whenever it has no more room.</param>
    public static async Task<BinaryCopy> BeginAsync(
        NpgsqlConnection connection, string statement, CopyBuffer buffer, CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(statement, cancellationToken);
        buffer.Begin();
        return new(stream, buffer);
    }

    /// <summary>Sends what the buffer holds, and empties it.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.Written, cancellationToken);
        _buffer.Clear();
    }

    /// <exception cref="PostgresException">The server refused a row, and with it all.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        _buffer.Finish();
        await SendAsync(cancellationToken);
        _ended = true;
        await _stream.DisposeAsync();
    }

    // Disposing the stream alone would tell the server that the rows are complete.
    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        try
        {
            await _stream.CancelAsync();
            await _stream.DisposeAsync();
        }
        catch (Exception fault) when (fault is NpgsqlException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The connection is gone: the first fault, which the caller sees, says why.
        }
    }
}
