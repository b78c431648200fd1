namespace LoadHarness.Postgres.Provisioning;

/// <summary>Looks for programs as a shell does.</summary>
public static class ProgramPath
{
    /// <summary>Where servers lie, which is on the PATH of root alone.</summary>
    private const string Servers = "/usr/sbin";

    /// <param name="program">With its ending on Windows.</param>
    /// <returns>Its file in the first folder of the PATH that has it; null where none has.</returns>
    public static string? Find(string program) => In((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), program);

    /// <inheritdoc cref="Find"/>
    public static string? FindServer(string program) => Find(program) ?? In([Servers], program);

    private static string? In(IEnumerable<string> folders, string program) =>
        folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
