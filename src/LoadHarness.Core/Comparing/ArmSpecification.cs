namespace LoadHarness.Core.Comparing;

/// <summary>One side of a comparison, as asked for: a schema and what differs from the usual server.</summary>
/// <param name="Schema">What the database is built from.</param>
/// <param name="Settings">Server settings on top of the profile's.</param>
/// <param name="Without">Indexes that are dropped on this arm.</param>
/// <param name="SqlFiles">Statements that run once on this arm's copy, such as another index.</param>
/// <param name="ServerVersion">Major version; null for the newest on this machine.</param>
/// <param name="Pooler">Whether the load goes through pgbouncer.</param>
public sealed record ArmSpecification(
    ArmSchema Schema,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<string> Without,
    IReadOnlyList<string> SqlFiles,
    int? ServerVersion,
    bool Pooler)
{
    /// <summary>The text it was read from.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Reads <c>optimized</c>, <c>base</c>, <c>git:REV</c> or <c>dir:PATH</c>, then words behind commas: <c>without=INDEX</c>,
    /// <c>sql=FILE</c>, <c>server=17</c>, <c>pooler=pgbouncer</c>; any other <c>name=value</c> is a server setting.
    /// </summary>
    /// <param name="option">The option that the text came from, for messages.</param>
    /// <exception cref="HarnessException">A word is not of that form; all of them are named.</exception>
    public static ArmSpecification Parse(string option, string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var faults = new List<string>();
        var arm = new ArmSpecification(SchemaOf(words[0], faults), new Dictionary<string, string>(), [], [], null, false) { Text = text };
        foreach (var word in words.Skip(1)) arm = arm.With(word, faults);
        return faults.Count == 0
            ? arm
            : throw new HarnessException(string.Join(Environment.NewLine, faults.Select(fault => $"{option} '{text}': {fault}")),
                ExitCode.BadUsage);
    }

    private ArmSpecification With(string word, List<string> faults)
    {
        var cut = word.IndexOf('=', StringComparison.Ordinal);
        if (cut <= 0 || cut == word.Length - 1)
        {
            faults.Add($"'{word}' is not of the form name=value, such as without=leads_search_idx or shared_buffers=512MB.");
            return this;
        }

        var (name, value) = (word[..cut].Trim(), word[(cut + 1)..].Trim());
        switch (name)
        {
            case "without": return this with { Without = [.. Without, value] };
            case "sql": return this with { SqlFiles = [.. SqlFiles, value] };
            case "server" when int.TryParse(value, out var major): return this with { ServerVersion = major };
            case "pooler" when value is "pgbouncer" or "none": return this with { Pooler = value == "pgbouncer" };
            case "server" or "pooler":
                faults.Add($"{name} is '{value}'. Give {(name == "server" ? "a major version such as 17" : "pgbouncer or none")}.");
                return this;
            default: return this with { Settings = new Dictionary<string, string>(Settings) { [name] = value } };
        }
    }

    private static ArmSchema SchemaOf(string word, List<string> faults)
    {
        switch (word)
        {
            case "optimized": return new ArmSchema.Optimized();
            case "base": return new ArmSchema.Base();
            case var revision when revision.StartsWith("git:", StringComparison.Ordinal)
                && revision.Length > 4: return new ArmSchema.Revision(revision[4..]);
            case var folder when folder.StartsWith("dir:", StringComparison.Ordinal)
                && folder.Length > 4: return new ArmSchema.Folder(folder[4..]);
            default:
                faults.Add($"'{word}' is no schema. Give optimized, base, git:REVISION or dir:FOLDER (a folder like sql/).");
                return new ArmSchema.Optimized();
        }
    }
}

/// <summary>What an arm's database is built from.</summary>
public abstract record ArmSchema
{
    /// <summary>The program's own migrations and functions.</summary>
    public sealed record Optimized : ArmSchema;

    /// <summary>The base schema, as a rollback leaves it.</summary>
    public sealed record Base : ArmSchema;

    /// <summary>The folder <c>sql</c> of a git revision.</summary>
    public sealed record Revision(string Name) : ArmSchema;

    /// <summary>A folder like <c>sql</c>.</summary>
    public sealed record Folder(string Path) : ArmSchema;
}
