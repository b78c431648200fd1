using LoadHarness.Workloads.Format;

namespace LoadHarness.Workloads.Parameters;

/// <summary>In which order an iteration draws its parameters: as the file names them, and what others need before those.</summary>
internal static class ParameterOrder
{
    /// <param name="wanted">Names that statements use; others than parameters are passed over.</param>
    /// <exception cref="FormatException">A parameter needs what it cannot have; the message says what.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, ParameterFile> all, IReadOnlyCollection<string> wanted)
    {
        var ordered = new List<string>();
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in all.Keys.Where(wanted.Contains)) Add(name);
        return ordered;

        void Add(string name)
        {
            if (ordered.Contains(name)) return;
            if (!open.Add(name)) throw new FormatException($":{name} needs itself");
            if (all[name] is { Kind: ParameterKind.Expression, Value: { } text })
                foreach (var needed in Expression.Parse(text.Text).Names)
                {
                    Require(needed);
                    Add(needed);
                }

            if (all[name].Within is { } whole)
            {
                var outer = ParameterName.Split(whole.TrimStart(':')).Name;
                if (!all.TryGetValue(outer, out var file)) throw new FormatException($"there is no parameter {outer}");
                if (!ParameterRules.HasColumns(file.Kind)) throw new FormatException($"the parameter {outer} has no columns");
                Add(outer);
            }

            ordered.Add(name);
        }

        void Require(string name)
        {
            if (!all.TryGetValue(name, out var needed)) throw new FormatException($"there is no parameter {name}");
            var isNumber = needed.Kind == ParameterKind.Expression || (SourceFactory.IsRange(needed.Kind) && needed.Digits is null or 0)
                || (needed.Kind == ParameterKind.Constant && needed.Value?.WholeNumber() is not null);
            if (!isNumber) throw new FormatException($"the parameter {name} is no whole number");
        }
    }
}
