using LoadHarness.Load;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>One statement prepared on one connection, with its parameters to be filled again and again.</summary>
internal sealed class PreparedStatement : IAsyncDisposable
{
    private readonly CompiledStatement _compiled;
    private readonly AnswerCheck _answer;
    private readonly NpgsqlCommand _command;
    private readonly (NpgsqlParameter Parameter, CompiledParameter Origin)[] _parameters;
    private readonly Func<Task<int>> _step;
    private Passed[] _passed = [];
    private long[] _drawn = [];
    private CancellationToken _stop;

    private PreparedStatement(
        CompiledStatement compiled, AnswerCheck answer, NpgsqlCommand command,
        (NpgsqlParameter Parameter, CompiledParameter Origin)[] parameters)
    {
        (_compiled, _answer, _command, _parameters) = (compiled, answer, command, parameters);
        _step = () => RunAsync(_drawn, _stop);
    }

    public static async Task<PreparedStatement> PrepareAsync(
        CompiledStatement compiled, AnswerCheck answer, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (command, filled) = CompiledOperation.CommandFor(compiled, connection);
        await command.PrepareAsync(cancellationToken);
        return new(compiled, answer, command, filled);
    }

    /// <summary>Finds the parameters of later statements that this one's first row fills.</summary>
    public void PassTo(IReadOnlyList<PreparedStatement> all)
    {
        if (_compiled.Statement.Result is not { } name) return;
        _passed = [.. all.SelectMany(statement => statement._parameters)
            .Where(filled => filled.Origin is CompiledParameter.Earlier earlier && earlier.Result == name)
            .Select(filled => new Passed(filled.Parameter, ((CompiledParameter.Earlier)filled.Origin).Column))];
    }

    /// <summary>As a step of the iteration, with a time of its own in the report.</summary>
    public Task StepAsync(IScenarioContext context, long[] drawn)
    {
        (_drawn, _stop) = (drawn, context.CancellationToken);
        return _compiled.Step is { } step ? context.Step(step, _step) : _step();
    }

    public Task<int> RunAsync(long[] drawn, CancellationToken cancellationToken)
    {
        foreach (var (parameter, origin) in _parameters)
            if (origin is CompiledParameter.Drawn value) value.Binding.Put(drawn[value.Place], parameter);
        if (!ReferenceEquals(_answer, AnswerCheck.None)) return CheckAsync(drawn, cancellationToken);
        // All rows come over the connection; nobody wants their columns, so none is taken apart.
        return _passed.Length == 0 ? _command.ExecuteNonQueryAsync(cancellationToken) : PassOnAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private async Task<int> CheckAsync(long[] drawn, CancellationToken cancellationToken)
    {
        await using var reader = await _command.ExecuteReaderAsync(cancellationToken);
        return await _answer.FaultOfAsync(reader, drawn, cancellationToken) is { } fault
            ? throw new WrongAnswerException(fault)
            : reader.RecordsAffected;
    }

    private async Task<int> PassOnAsync(CancellationToken cancellationToken)
    {
        await using var reader = await _command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw NoRowException.Needed(_compiled.Statement.Result!);
        foreach (var passed in _passed) passed.Take(reader);
        await reader.NextResultAsync(cancellationToken);
        return reader.RecordsAffected;
    }

    /// <summary>A column that goes on into a parameter of a later statement.</summary>
    private sealed class Passed(NpgsqlParameter to, string column)
    {
        private int _ordinal = -1;

        public void Take(NpgsqlDataReader row)
        {
            if (_ordinal < 0) _ordinal = row.GetOrdinal(column);
            to.Value = row.IsDBNull(_ordinal) ? DBNull.Value : row.GetString(_ordinal);
        }
    }
}

/// <summary>An iteration cannot go on: what it needs is not there.</summary>
internal sealed class NoRowException(string message) : Exception(message)
{
    public static NoRowException Needed(string result) => new($"-- result: {result} has no row, and later statements need it");
}
