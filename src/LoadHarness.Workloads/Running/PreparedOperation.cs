using LoadHarness.Load;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>An operation prepared on one connection. One iteration at a time.</summary>
internal sealed class PreparedOperation : IAsyncDisposable
{
    private readonly CompiledOperation _compiled;
    private readonly PreparedStatement[] _statements;
    private readonly NpgsqlCommand? _begin;
    private readonly NpgsqlCommand? _commit;
    private readonly long[] _drawn;

    private PreparedOperation(CompiledOperation compiled, PreparedStatement[] statements, NpgsqlCommand? begin, NpgsqlCommand? commit)
    {
        (_compiled, _statements, _begin, _commit) = (compiled, statements, begin, commit);
        _drawn = compiled.NewDraws();
        foreach (var statement in statements) statement.PassTo(statements);
    }

    public static async Task<PreparedOperation> PrepareAsync(
        CompiledOperation compiled, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var statements = new PreparedStatement[compiled.Statements.Count];
        for (var i = 0; i < statements.Length; i++)
            statements[i] = await PreparedStatement.PrepareAsync(compiled.Statements[i], compiled.Answer, connection, cancellationToken);
        var isOne = compiled.Operation.Begin is not null;
        return new(
            compiled, statements,
            isOne ? await PlainAsync(compiled.Operation.Begin!) : null,
            isOne ? await PlainAsync("commit") : null);

        async Task<NpgsqlCommand> PlainAsync(string text)
        {
            var command = new NpgsqlCommand(text, connection);
            await command.PrepareAsync(cancellationToken);
            return command;
        }
    }

    public Task RunAsync(IScenarioContext context)
    {
        _compiled.Draw(context.Random, context.InvocationNumber, _drawn);
        return _statements.Length == 1 && _begin is null
            ? _statements[0].RunAsync(_drawn, context.CancellationToken)
            : StepsAsync(context, context.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in _statements) await statement.DisposeAsync();
        if (_begin is not null) await _begin.DisposeAsync();
        if (_commit is not null) await _commit.DisposeAsync();
    }

    private async Task StepsAsync(IScenarioContext context, CancellationToken cancellationToken)
    {
        if (_begin is not null) await _begin.ExecuteNonQueryAsync(cancellationToken);
        foreach (var statement in _statements) await statement.StepAsync(context, _drawn);
        if (_commit is not null) await _commit.ExecuteNonQueryAsync(cancellationToken);
    }
}
