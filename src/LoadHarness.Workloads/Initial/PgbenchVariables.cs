using System.Text.RegularExpressions;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.Workloads.Initial;

/// <summary>The variables that a script sets, as parameters.</summary>
internal sealed partial class PgbenchVariables(string place, long? scale)
{
    private readonly Dictionary<string, ParameterFile> _set = new(StringComparer.Ordinal);

    // Without the parts that became parameters of their own; with those that pgbench sets by itself.
    private readonly HashSet<string> _named = new(["scale", "client_id", "default_seed", "random_seed"], StringComparer.Ordinal);

    private static readonly Dictionary<string, ParameterKind> Functions = new()
    {
        ["random"] = ParameterKind.Uniform,
        ["random_zipfian"] = ParameterKind.Zipf,
        ["random_gaussian"] = ParameterKind.Gaussian,
        ["random_exponential"] = ParameterKind.Exponential,
    };

    /// <param name="command">A line that begins with a backslash.</param>
    public void Add(int line, string command)
    {
        if (Command().Match(command) is not { Success: true } match) throw PgbenchScript.Refused(place, line, $"'{command}' is no command");
        var word = match.Groups["word"].Value;
        if (word != "set") throw PgbenchScript.Refused(place, line, $"\\{word} has no counterpart here");
        if (Assignment().Match(match.Groups["rest"].Value) is not { Success: true } set)
            throw PgbenchScript.Refused(place, line, "\\set needs a name and an expression");
        var (name, text) = (set.Groups["name"].Value, set.Groups["value"].Value);
        if (_set.ContainsKey(name))
            throw PgbenchScript.Refused(place, line, $"\\set {name} stands twice: a parameter has one value an iteration");
        _named.Add(name);
        var part = 0;
        // A draw within an expression becomes a parameter of its own.
        while (Call().Match(text) is { Success: true } call)
        {
            var whole = call.Length == text.Trim().Length;
            var made = whole ? name : $"{name}_{++part}";
            _set[made] = Draw(line, call.Groups["name"].Value, call.Groups["arguments"].Value);
            if (whole) return;
            text = text.Remove(call.Index, call.Length).Insert(call.Index, ":" + made);
        }

        _set[name] = Computed(line, text);
    }

    /// <summary>Whether pgbench would put a value in its place.</summary>
    public bool IsSet(string name) => _named.Contains(name);

    /// <param name="used">By the statements; and what those need.</param>
    public IReadOnlyDictionary<string, ParameterFile> Of(IReadOnlyCollection<string> used)
    {
        foreach (var name in used.Where(name => !_set.ContainsKey(name)))
            _set[name] = name == "scale"
                ? Constant(Scale(0))
                : throw PgbenchScript.Refused(place, 0, $":{name} is not set in the script");
        return ParameterOrder.Of(_set, [.. used]).ToDictionary(name => name, name => _set[name]);
    }

    private static ParameterFile Constant(long value) =>
        new(ParameterKind.Constant, Value: new Literal(value.ToString()));

    private long Scale(int line) =>
        scale ?? throw PgbenchScript.Refused(place, line, ":scale is not known, as there is no table pgbench_branches: give --scale");

    private ParameterFile Draw(int line, string function, string arguments)
    {
        if (!Functions.TryGetValue(function, out var kind))
            throw PgbenchScript.Refused(place, line, $"the function {function} has no counterpart here");
        var parts = arguments.Split(',');
        var wanted = kind == ParameterKind.Uniform ? 2 : 3;
        if (parts.Length != wanted)
            throw PgbenchScript.Refused(place, line, $"{function} has {parts.Length} arguments instead of {wanted}");
        double? skew = null;
        if (wanted == 3)
            skew = double.TryParse(parts[2], out var number) && number > 0
                ? number
                : throw PgbenchScript.Refused(place, line, $"the parameter of {function} is '{parts[2].Trim()}', no positive number");
        return new(kind, From: Bound(line, parts[0]), To: Bound(line, parts[1]), Skew: skew);
    }

    private Literal Bound(int line, string text)
    {
        var bound = Folded(line, text);
        if (bound.Names.Any()) throw PgbenchScript.Refused(place, line, $"the bound '{text.Trim()}' differs from iteration to iteration");
        return new(bound.Value([]).ToString());
    }

    private ParameterFile Computed(int line, string text)
    {
        var folded = Folded(line, text);
        return folded.Names.Any()
            ? new(ParameterKind.Expression,
                Value: new Literal(ScaleName().Replace(text.Trim(), _ => Scale(line).ToString())))
            : Constant(folded.Value([]));
    }

    private Expression Folded(int line, string text)
    {
        try
        {
            var folded = Expression.Parse(text).Bound(name => (0, name == "scale" ? Scale(line) : Known(line, name)));
            if (!folded.Names.Any()) folded.Value([]);
            return folded;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or DivideByZeroException)
        {
            throw PgbenchScript.Refused(place, line, $"'{text.Trim()}': {wrong.Message}");
        }
    }

    private long? Known(int line, string name) =>
        _set.TryGetValue(name, out var known) ? known is { Kind: ParameterKind.Constant, Value: { } constant }
            ? constant.WholeNumber()
            : null
        : throw PgbenchScript.Refused(place, line, $":{name} is not set above");

    [GeneratedRegex(@"\A\\(?<word>\w+)\s*(?<rest>.*)\z", RegexOptions.Singleline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\A(?<name>[A-Za-z_]\w*)\s+(?<value>.+)\z", RegexOptions.Singleline)]
    private static partial Regex Assignment();

    // Arguments hold no calls of their own: inner ones are taken out first.
    [GeneratedRegex(@"\b(?<name>[A-Za-z_]\w*)\s*\((?<arguments>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")]
    private static partial Regex Call();

    [GeneratedRegex(@":scale\b")]
    private static partial Regex ScaleName();
}
