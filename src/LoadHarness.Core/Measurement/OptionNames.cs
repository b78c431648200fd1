namespace LoadHarness.Core.Measurement;

/// <summary>
/// The names under which <see cref="RunResult.Options"/> holds what was asked for. A reader shows every name, also those of other versions.
/// </summary>
public static class OptionNames
{
    public const string Agents = "agents";
    public const string Contacts = "contacts";
    public const string Database = "database";
    public const string Engine = "engine";
    public const string Pooler = "pooler";
    public const string Profile = "profile";

    /// <summary>Of what the profile says: its name may be that of another file.</summary>
    public const string ProfileChecksum = "profile checksum";

    public const string Reuse = "reuse";
    public const string Seed = "seed";
    public const string Settings = "settings";
    public const string Skew = "skew";
    public const string Workload = "workload";
    public const string Workspaces = "workspaces";
}
