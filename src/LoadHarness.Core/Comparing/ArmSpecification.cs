using LoadHarness.Core.Options;

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

    /// <summary>Whether its words name indexes or statements, which only its schema can tell to be right.</summary>
    public bool NamesItsSchema => Without.Count > 0 || SqlFiles.Count > 0;

    private const string GivenPrefix = "db:";

    /// <summary>
    /// Reads an arm of a workload of one's own: <c>workload</c>, <c>git:REV</c> or <c>dir:PATH</c>, then the same words; or <c>db:</c> with
    /// a connection string.
    /// </summary>
    /// <param name="option">The option that the text came from, for messages.</param>
    /// <exception cref="HarnessException">A word is not of that form; all of them are named.</exception>
    public static ArmSpecification OfWorkload(string option, string text)
    {
        if (text.StartsWith(GivenPrefix, StringComparison.Ordinal))
            return new(new ArmSchema.Given(text[GivenPrefix.Length..]), new Dictionary<string, string>(), [], [], null, false)
            {
                Text = Redaction.Of(text),
            };
        return Parse(option, text, OwnWorkload) is { Pooler: false } arm
            ? arm
            : throw new HarnessException(
                $"{option} '{text}': pooler=pgbouncer is for the CRM's scenarios: "
                    + "each user of a workload has a session of its own. Leave it out.",
                ExitCode.BadUsage);
    }

    /// <summary>
    /// Reads <c>optimized</c>, <c>base</c>, <c>git:REV</c> or <c>dir:PATH</c>, then words behind commas: <c>without=INDEX</c>,
    /// <c>sql=FILE</c>, <c>server=17</c>, <c>pooler=pgbouncer</c>; any other <c>name=value</c> is a server setting.
    /// </summary>
    /// <param name="option">The option that the text came from, for messages.</param>
    /// <exception cref="HarnessException">A word is not of that form; all of them are named.</exception>
    public static ArmSpecification Parse(string option, string text) => Parse(option, text, OwnSchema);

    private static ArmSpecification Parse(string option, string text, Func<string, List<string>, ArmSchema> own)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var faults = new List<string>();
        var arm = new ArmSpecification(SchemaOf(words[0], faults, own), new Dictionary<string, string>(), [], [], null, false)
        {
            Text = text,
        };
        foreach (var word in words.Skip(1)) arm = arm.With(word, faults);
        return faults.Count == 0
            ? arm
            : throw new HarnessException(string.Join(
                Environment.NewLine, faults.Select(fault => Redaction.Of($"{option} '{text}': {fault}"))),
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

    private static ArmSchema SchemaOf(string word, List<string> faults, Func<string, List<string>, ArmSchema> own)
    {
        switch (word)
        {
            case var revision when revision.StartsWith("git:", StringComparison.Ordinal)
                && revision.Length > 4:
                return new ArmSchema.Revision(revision[4..]);
            case var folder when folder.StartsWith("dir:", StringComparison.Ordinal)
                && folder.Length > 4:
                return new ArmSchema.Folder(folder[4..]);
            default: return own(word, faults);
        }
    }

    private static ArmSchema OwnSchema(string word, List<string> faults)
    {
        if (word == "base") return new ArmSchema.Base();
        if (word != "optimized")
            faults.Add($"'{word}' is no schema. Give optimized, base, git:REVISION or dir:FOLDER (a folder like sql/).");
        return new ArmSchema.Optimized();
    }

    private static ArmSchema OwnWorkload(string word, List<string> faults)
    {
        if (word != "workload")
            faults.Add($"'{word}' is no form of the workload. "
                + "Give workload, git:REVISION, dir:FOLDER (a workload's folder) or db:CONNECTION.");
        return new ArmSchema.Workload();
    }
}

/// <summary>What an arm's database is built from.</summary>
public abstract record ArmSchema
{
    /// <summary>The program's own migrations and functions.</summary>
    public sealed record Optimized : ArmSchema;

    /// <summary>The base schema, as a rollback leaves it.</summary>
    public sealed record Base : ArmSchema;

    /// <summary>The folder of a workload of one's own, as it is.</summary>
    public sealed record Workload : ArmSchema;

    /// <summary>A database as it is, on somebody's server. Its text may hold a password.</summary>
    public sealed record Given(string ConnectionString) : ArmSchema
    {
        public override string ToString() => "a given connection string";
    }

    /// <summary>The folder <c>sql</c>, or that of a workload, of a git revision.</summary>
    public sealed record Revision(string Name) : ArmSchema;

    /// <summary>A folder like <c>sql</c>, or another workload.</summary>
    public sealed record Folder(string Path) : ArmSchema;
}
