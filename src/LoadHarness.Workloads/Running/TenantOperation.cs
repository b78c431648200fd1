using LoadHarness.Load;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>
/// An operation of a tenant, as an application sends it: on a connection of a pool, as a role, for one transaction. Waiting for the
/// connection, the query and the fetch are steps of their own.
/// </summary>
public sealed class TenantOperation
{
    private readonly CompiledOperation _compiled;

    internal TenantOperation(CompiledOperation compiled) => _compiled = compiled;

    /// <summary>Name of its statement in the files.</summary>
    public string Statement => _compiled.Operation.Name;

    internal CompiledOperation Compiled => _compiled;

    /// <summary>Draws, sends and looks at the answer.</summary>
    /// <returns>A failure when the answer is not what it must be.</returns>
    public Task<IResponse> RunAsync(IScenarioContext context, TenantDatabase database, TenantRequest request)
    {
        var drawn = _compiled.NewDraws();
        _compiled.Draw(context.Random, request.Invocation ?? context.InvocationNumber, drawn);
        return _compiled is { Operation.Begin: null, Statements: [var only] }
            ? OneAsync(context, database, request, only, drawn)
            : AllAsync(context, database, request, drawn);
    }

    /// <summary>What it would send.</summary>
    /// <param name="given">What is drawn for some parameters, by name: the others are drawn.</param>
    public IReadOnlyList<object?> Sample(Random random, long invocation, IReadOnlyDictionary<string, long> given)
    {
        var drawn = _compiled.NewDraws();
        drawn[^1] = invocation;
        for (var i = 0; i < _compiled.Sources.Count; i++)
            drawn[i] = given.TryGetValue(_compiled.Names[i], out var known) ? known : _compiled.Sources[i].Draw(random, drawn);
        return [.. _compiled.Statements[0].ParametersOf(drawn).Select(parameter => parameter.Value)];
    }

    private async Task<IResponse> OneAsync(
        IScenarioContext context, TenantDatabase database, TenantRequest request, CompiledStatement only, long[] drawn)
    {
        var (stop, text) = (context.CancellationToken, request.Text ?? only.Statement.Text);
        var parameters = only.ParametersOf(drawn);
        if (request.Parameters is { } fewer) parameters = parameters[..fewer];
        request.Sent.Add(text, request.Operation);
        request.Sends?.Invoke([.. parameters.Select(parameter => parameter.Value)]);
        await using var connection = await context.Step("connect", () => database.ConnectAsync(stop));
        await using var reader = await context.Step(
            "query", () => database.QueryAsync(connection, _compiled.Tenant!(drawn), text, parameters, stop));
        var fault = await context.Step("fetch", () => _compiled.Answer.FaultOfAsync(reader, drawn, stop));
        return fault is null ? Response.Ok() : Response.Fail($"wrong answer: {request.Name ?? Statement} {fault}");
    }

    // What makes a request a tenant's ends with its transaction: all statements are in one.
    private async Task<IResponse> AllAsync(IScenarioContext context, TenantDatabase database, TenantRequest request, long[] drawn)
    {
        var stop = context.CancellationToken;
        await using var connection = await context.Step("connect", () => database.ConnectAsync(stop));
        var begin = _compiled.Operation.Begin ?? "begin";
        foreach (var own in (ReadOnlySpan<string>)[begin, "commit"]) request.Sent.Add(own);
        await connection.ExecuteAsync(begin, stop);
        try
        {
            await database.BecomeTenantAsync(connection, _compiled.Tenant!(drawn), _compiled.Statements[0].Statement.Text, stop);
            var earlier = new Dictionary<(string Result, string Column), object>();
            foreach (var statement in _compiled.Statements)
            {
                request.Sent.Add(statement.Statement.Text, request.Operation);
                await context.Step(statement.Step ?? "query", () => StatementAsync(connection, statement, drawn, earlier, stop));
            }

            await connection.ExecuteAsync("commit", stop);
            return Response.Ok();
        }
        catch (Exception failed)
        {
            await RollBackAsync(connection);
            if (failed is NoRowException) return Response.Fail(failed.Message);
            throw;
        }
    }

    // A connection that broke has nothing to roll back, and what failed first says more.
    private static async Task RollBackAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open) await connection.ExecuteAsync("rollback", CancellationToken.None);
        }
        catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException)
        {
        }
    }

    private static async Task StatementAsync(
        NpgsqlConnection connection, CompiledStatement statement, long[] drawn,
        Dictionary<(string Result, string Column), object> earlier, CancellationToken cancellationToken)
    {
        await using var command = statement.CommandOf(connection, drawn, earlier);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await statement.KeepRowAsync(reader, earlier, cancellationToken)) throw NoRowException.Needed(statement.Statement.Result!);
        // All rows come over the connection.
        await TenantDatabase.DrainAsync(reader, cancellationToken);
    }
}

/// <summary>One request, and what of it is another than the workload says.</summary>
/// <param name="Operation">Its name in the scenario.</param>
/// <param name="Sent">Of the scenario.</param>
public sealed record TenantRequest(string Operation, SentStatements Sent)
{
    /// <summary>Another form of the statement; null for that of the file.</summary>
    public string? Text { get; init; }

    /// <summary>Name of that form, for a wrong answer.</summary>
    public string? Name { get; init; }

    /// <summary>How many of the parameters that form has.</summary>
    public int? Parameters { get; init; }

    /// <summary>Instead of the iteration's number.</summary>
    public long? Invocation { get; init; }

    /// <summary>Told the values before they are sent.</summary>
    public Action<IReadOnlyList<object?>>? Sends { get; init; }
}
