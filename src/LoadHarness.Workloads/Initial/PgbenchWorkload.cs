using System.Text;
using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Initial;

/// <summary>Takes over scripts of pgbench: its own by name, others by path, each with a weight behind @ as pgbench writes it.</summary>
public static partial class PgbenchWorkload
{
    private const long LargestScript = 1_000_000;

    /// <param name="scripts">Such as <c>tpcb-like</c> or <c>checkout.sql@3</c>.</param>
    /// <param name="scale">Null takes it from the table pgbench_branches, as pgbench does.</param>
    /// <exception cref="HarnessException">A script is unknown, or has what has no counterpart.</exception>
    public static async Task<IReadOnlyList<FirstOperation>> ReadAsync(
        IReadOnlyList<string> scripts, string connectionString, long? scale, CancellationToken cancellationToken)
    {
        scale ??= await ScaleAsync(connectionString, cancellationToken);
        var read = scripts.Select(script => Read(script, scale)).ToList();
        if (read.GroupBy(script => script.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
            throw new HarnessException($"--pgbench: two scripts become the operation {twice}. Rename a file.", ExitCode.BadUsage);
        var taken = read.SelectMany(operation => operation.Parameters.Keys).ToHashSet(StringComparer.Ordinal);
        return [.. read.Select(operation => WithOwnNames(operation, read, taken))];
    }

    private static FirstOperation Read(string script, long? scale)
    {
        var weighted = Weighted().Match(script);
        var path = weighted.Groups["path"].Value;
        var weight = weighted.Groups["weight"] is { Success: true, Value: var text } ? double.Parse(text) : 1;
        if (weight <= 0) throw new HarnessException($"--pgbench '{script}': the weight is 0. Leave the script out.", ExitCode.BadUsage);
        if (PgbenchBuiltin.Scripts.TryGetValue(path, out var builtin))
            return Operation(PgbenchScript.Read(path.Replace('-', '_'), $"the builtin {path}", builtin, scale));
        var advice = $"Give the path of a script, or one of {string.Join(", ", PgbenchBuiltin.Scripts.Keys)}";
        var (bytes, fault) = InputFile.Read(path, LargestScript, advice);
        if (fault is not null) throw new HarnessException($"--pgbench '{path}': {fault}", ExitCode.BadUsage);
        var name = NoName().Replace(Path.GetFileNameWithoutExtension(path), "_");
        if (!StatementReader.IsName(name)) name = "script_" + name;
        return Operation(PgbenchScript.Read(name, path, Encoding.UTF8.GetString(bytes), scale));

        FirstOperation Operation(PgbenchScript made) => new(made.Name, made.Sql, weight, made.Parameters);
    }

    // A name that two scripts give different values to becomes two names.
    private static FirstOperation WithOwnNames(FirstOperation operation, IReadOnlyList<FirstOperation> all, HashSet<string> taken)
    {
        var own = Clashing(operation, all).ToDictionary(name => name, OwnName, StringComparer.Ordinal);
        if (own.Count == 0) return operation;
        return operation with
        {
            Sql = Renamed(operation.Sql, own),
            Parameters = operation.Parameters.ToDictionary(
                parameter => own.GetValueOrDefault(parameter.Key, parameter.Key),
                parameter => parameter.Value is { Kind: ParameterKind.Expression, Value: { } text }
                    ? parameter.Value with { Value = new Literal(Renamed(text.Text, own)) }
                    : parameter.Value),
        };

        string OwnName(string name)
        {
            var unused = $"{operation.Name}_{name}";
            while (!taken.Add(unused)) unused += "_";
            return unused;
        }
    }

    /// <param name="own">The new names by the old ones.</param>
    private static string Renamed(string text, IReadOnlyDictionary<string, string> own) => SqlScanner.Replace(
        text, Names(), match => ":" + own.GetValueOrDefault(match.Groups["name"].Value, match.Groups["name"].Value));

    // The same expression is another value where a name in it is one: names are added until none is left.
    private static HashSet<string> Clashing(FirstOperation operation, IReadOnlyList<FirstOperation> all)
    {
        var clashing = operation.Parameters.Keys.Where(name => all.Any(other =>
            other.Parameters.TryGetValue(name, out var file) && file != operation.Parameters[name])).ToHashSet(StringComparer.Ordinal);
        for (var before = 0; before < clashing.Count;)
        {
            before = clashing.Count;
            clashing.UnionWith(operation.Parameters.Where(parameter => NeedsOne(parameter.Value)).Select(parameter => parameter.Key));
        }

        return clashing;

        bool NeedsOne(ParameterFile file) => file is { Kind: ParameterKind.Expression, Value: { } text }
            && Expression.Parse(text.Text).Names.Any(clashing.Contains);
    }

    private static async Task<long?> ScaleAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        return await connection.ScalarAsync<bool>("select to_regclass('pgbench_branches') is not null", cancellationToken)
            ? await connection.ScalarAsync<long>("select count(*) from pgbench_branches", cancellationToken)
            : null;
    }

    [GeneratedRegex(@"\A(?<path>.+?)(?:@(?<weight>\d{1,9}))?\z", RegexOptions.Singleline)]
    private static partial Regex Weighted();

    [GeneratedRegex(@"[^A-Za-z0-9_]")]
    private static partial Regex NoName();

    [GeneratedRegex(@"\G(?<!:):(?<name>[A-Za-z_]\w*)")]
    private static partial Regex Names();
}
