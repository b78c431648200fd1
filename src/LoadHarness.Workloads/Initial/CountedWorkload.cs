using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>
/// A first workload from what the server has counted: statements with their share of the calls, and parameters guessed from the planner's
/// statistics. Each is tried once, rolled back; what does not run is left out, and named.
/// </summary>
public sealed partial class CountedWorkload
{
    private readonly NpgsqlConnection _connection;
    private readonly StatementTypes _types;
    private readonly List<string> _leftOut = [];

    private CountedWorkload(NpgsqlConnection connection) => (_connection, _types) = (connection, new(connection));

    /// <returns>The operations, and why each of the others was left out.</returns>
    /// <exception cref="HarnessException">There is nothing to write a workload of.</exception>
    public static async Task<(IReadOnlyList<FirstOperation> Operations, IReadOnlyList<string> LeftOut)> ReadAsync(
        string connectionString, int most, ulong seed, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        if (!await CountedStatements.AreThereAsync(connection, cancellationToken))
            throw new HarnessException(
                "There is no pg_stat_statements in this database. Put it into shared_preload_libraries, restart, "
                    + "create extension pg_stat_statements, use the application for a while; or give --pgbench.",
                ExitCode.BadUsage);
        var (counted, idle) = await CountedStatements.ReadAsync(connection, most, cancellationToken);
        var writer = new CountedWorkload(connection);
        foreach (var statement in idle) writer.LeaveOut(statement, "it works with no table and no function of the application");
        var operations = new List<FirstOperation>();
        foreach (var statement in counted)
            if (await writer.OperationAsync(statement, operations, connectionString, seed, cancellationToken) is { } operation)
                operations.Add(operation);
        return operations.Count > 0
            ? (operations, writer._leftOut)
            : throw new HarnessException(
                "No statement of pg_stat_statements runs as it stands "
                    + $"there:{Environment.NewLine}{string.Join(Environment.NewLine, writer._leftOut)}{Environment.NewLine}Write the "
                    + "workload by hand; docs/your-workload.md shows how.", ExitCode.BadUsage);
    }

    private async Task<FirstOperation?> OperationAsync(
        CountedStatement counted, List<FirstOperation> others, string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        var name = NameOf(counted.Text, others);
        // The server counts the statement's own constants too; where it wants a constant, the statement cannot be taken over.
        var (types, error) = await _types.OfAsync(new(counted.Text, 1, [], [0], null), cancellationToken);
        if (error is not null)
        {
            LeaveOut(counted, error.Wrong);
            return null;
        }

        var columns = ColumnUses.Of(counted.Text);
        var arguments = await ArgumentUses.OfAsync(_connection, counted.Text, cancellationToken);
        var operation = await GuessedAsync(
            name, counted, types, [.. columns, .. arguments.ExceptBy(columns.Keys, use => use.Key)], cancellationToken);
        var fault = await FaultAsync(operation, connectionString, seed, cancellationToken);
        if (fault is null) return operation;
        if (arguments.Count > 0)
        {
            // A column of an argument's name may hold something else: then its type says what there is to say.
            operation = await GuessedAsync(name, counted, types, columns, cancellationToken);
            if (await FaultAsync(operation, connectionString, seed, cancellationToken) is null) return operation;
        }

        LeaveOut(counted, fault);
        return null;
    }

    private async Task<FirstOperation> GuessedAsync(
        string name, CountedStatement counted, IReadOnlyList<ServerType> types, IEnumerable<KeyValuePair<int, ColumnUse>> uses,
        CancellationToken cancellationToken)
    {
        var (names, parameters) = await ParametersAsync(name, counted.Text, types, uses.ToDictionary(), cancellationToken);
        var sql = Numbered().Replace(counted.Text,
            match => ":" + names[int.Parse(match.Groups[1].Value) - 1]);
        return new(name, $"-- name: {name}\n{sql.ReplaceLineEndings("\n")};\n", counted.Calls, parameters);
    }

    private async Task<(IReadOnlyList<string> Names, IReadOnlyDictionary<string, ParameterFile> Parameters)> ParametersAsync(
        string operation, string text, IReadOnlyList<ServerType> types, Dictionary<int, ColumnUse> uses,
        CancellationToken cancellationToken)
    {
        var known = new ColumnStatistics?[types.Count];
        for (var i = 0; i < types.Count; i++)
            if (uses.GetValueOrDefault(i + 1) is { } use) known[i] = await StatisticsAsync(use, text, cancellationToken);
        // Read columns of one table go together, once each.
        var together = Enumerable.Range(0, types.Count)
            .Where(i => known[i] is not null && !uses[i + 1].IsWritten)
            .GroupBy(i => known[i]!.Table).Where(table => table.Select(i => known[i]!.Column).Distinct().Count() > 1 && table.Count() ==
                table.Select(i => known[i]!.Column).Distinct().Count())
            .ToDictionary(table => table.Key, table => table.ToList());
        var names = new string[types.Count];
        var parameters = new Dictionary<string, ParameterFile>(StringComparer.Ordinal);
        foreach (var (table, places) in together)
        {
            var name = Shortened($"{operation}_{NoName().Replace(table.Split('.')[^1], "_")}");
            parameters[name] = ParameterGuess.Sampled(table, [.. places.Select(i => known[i]!.Column)], known[places[0]]!.Rows);
            foreach (var i in places) names[i] = $"{name}.{known[i]!.Column}";
        }

        await ReferAsync(operation, uses, known, names, parameters, cancellationToken);
        for (var i = 0; i < types.Count; i++)
        {
            if (names[i] is not null) continue;
            var use = uses.GetValueOrDefault(i + 1);
            names[i] = Shortened($"{operation}_{(use is null ? "p" : NoName().Replace(use.Column, "_"))}_{i + 1}");
            parameters[names[i]] = use == ColumnUse.Limit ? ParameterGuess.Limit
                : use == ColumnUse.Offset ? ParameterGuess.Offset
                : known[i] is not { } column ? ParameterGuess.ByType(types[i])
                : use!.IsWritten ? ParameterGuess.Written(column, types[i])
                : ParameterGuess.Read(column);
        }

        return (names, parameters);
    }

    // What is written into columns of a foreign key comes from rows of the table that they refer to, all columns from one row.
    private async Task ReferAsync(
        string operation, Dictionary<int, ColumnUse> uses, ColumnStatistics?[] known, string[] names,
        Dictionary<string, ParameterFile> parameters, CancellationToken cancellationToken)
    {
        var written = Enumerable.Range(0, known.Length).Where(i => known[i] is not null && uses[i + 1].IsWritten && names[i] is null)
            .ToList();
        foreach (var table in written.GroupBy(i => known[i]!.Table))
        {
            var places = table.DistinctBy(i => known[i]!.Column).ToDictionary(i => known[i]!.Column, StringComparer.Ordinal);
            foreach (var key in await ForeignKey.OfAsync(_connection, table.Key, cancellationToken))
            {
                if (key.Columns.Any(column => !places.TryGetValue(column, out var at) || names[at] is not null)) continue;
                var name = Shortened($"{operation}_{NoName().Replace(key.Target.Split('.')[^1], "_")}");
                if (!parameters.TryAdd(name, ParameterGuess.Sampled(key.Target, key.TargetColumns, key.TargetRows))) continue;
                for (var i = 0; i < key.Columns.Count; i++) names[places[key.Columns[i]]] = $"{name}.{key.TargetColumns[i]}";
            }
        }
    }

    private async Task<ColumnStatistics?> StatisticsAsync(ColumnUse use, string text, CancellationToken cancellationToken)
    {
        if (use == ColumnUse.Limit || use == ColumnUse.Offset) return null;
        if (use.IsArgument) return await ColumnStatistics.OfLargestAsync(_connection, use.Column, cancellationToken);
        var tables = ColumnUses.Tables(text);
        var candidates = use.Qualifier.Length > 0 && tables.TryGetValue(use.Qualifier, out var named) ? [named] : tables.Values.Distinct();
        foreach (var table in candidates)
            if (await ColumnStatistics.ReadAsync(_connection, table, use.Column, cancellationToken) is { } found) return found;
        return null;
    }

    // Written and read again as a run would, so that what is written is what was tried.
    private static async Task<string?> FaultAsync(
        FirstOperation operation, string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        await using var folder = await WatchedDirectory.MakeClosedAsync("init", cancellationToken);
        try
        {
            var path = Path.Combine(folder.Root, "w");
            new FirstWorkload("trial", "", [operation], 1, TimeSpan.FromSeconds(1)).Write(path);
            var (workload, faults) = WorkloadReader.Read(path);
            if (workload is null) return string.Join(" ", faults.Select(fault => fault[(path.Length + 1)..]));
            await using var run = await WorkloadRun.PrepareAsync(workload, connectionString, seed, cancellationToken);
            return (await run.TryAsync(seed, cancellationToken)).FirstOrDefault(trial => trial.Fault is not null)?.Fault;
        }
        catch (HarnessException refused)
        {
            return refused.Message.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }
    }

    private void LeaveOut(CountedStatement statement, string why)
    {
        var text = Spaces().Replace(statement.Text, " ");
        _leftOut.Add($"left out, {statement.Calls} calls: {StatementReader.Short(text)}: {why.Split('\n')[0].TrimEnd()}");
    }

    private static string NameOf(string text, List<FirstOperation> others)
    {
        var verb = string.Concat(text.TakeWhile(char.IsAsciiLetter)).ToLowerInvariant();
        var table = ColumnUses.Tables(text).Values.FirstOrDefault()?.Split('.')[^1];
        var name = Shortened(NoName().Replace(table is null ? verb : $"{verb}_{table}", "_").ToLowerInvariant());
        var number = 2;
        var free = name;
        while (others.Any(other => other.Name == free)) free = $"{name}_{number++}";
        return free;
    }

    // Names are not to pass what the format allows, also with a number behind them.
    private static string Shortened(string name) => name.Length <= 50 ? name : name[..34] + name[^16..];

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Numbered();

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NoName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
